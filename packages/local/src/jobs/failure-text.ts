/** What failed, why, and where to read more. */
export function failureText(what: string, reason: string, command: string): string {
  return `${what}: ${reason.replace(/\.$/, '')}. See its log: ${command}`
}

/** The same for whoever sees the log already. */
export function withoutCommand(text: string): string {
  return text.replace(/ See its log: .*$/, '')
}
