/** The variables that programs need to start at all. No others are passed on, as in a container. */
const NAMES = process.platform === 'win32' ? ['PATH', 'SystemRoot', 'PATHEXT', 'TEMP', 'TMP'] : ['PATH']

/** Those of this process. */
export function systemVariables(): Record<string, string> {
  return Object.fromEntries(NAMES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
}
