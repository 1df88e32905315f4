/** What failed, why, and where to read more. */
export function failureText(what: string, reason: string, command: string): string {
  return `${what}: ${reason.replace(/\.$/, '')}. See its log: ${command}`
}
