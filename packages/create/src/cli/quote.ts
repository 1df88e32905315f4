/** A path as one word of the shell that people have on this system, in which nothing is expanded. */
export function quoteForShell(path: string, platform: NodeJS.Platform = process.platform): string {
  // A path that starts with "-" would be an option.
  const safe = path.startsWith('-') ? `./${path}` : path
  if (platform === 'win32') return /[^\w.\\/:-]/.test(safe) ? `"${safe}"` : safe
  return /[^\w./-]/.test(safe) ? `'${safe.replaceAll("'", String.raw`'\''`)}'` : safe
}
