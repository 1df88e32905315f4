/** Where this package's documentation explains an error, as `docs` of an error of the uploader does. */
export function docsOf(code: string): string {
  return `bytenite-local/docs/errors.md#${code.toLowerCase()}`
}
