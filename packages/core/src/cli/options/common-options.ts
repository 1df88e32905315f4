/** The options of every command. */
export const COMMON_OPTIONS: {
  config: { value: string; description: string }
  'env-file': { value: string; multiple: true; description: string }
  json: { description: string }
  quiet: { short: string; description: string }
} = {
  config: { value: '<file>', description: 'JSON or JavaScript file with options of the library; the command line comes first' },
  'env-file': { value: '<file>', multiple: true, description: 'File with BYTENITE_* variables; those of the shell come first' },
  json: { description: 'Print the result as JSON, and all else to the standard error' },
  quiet: { short: 'q', description: 'Print only warnings, errors, and what was asked for' },
}
