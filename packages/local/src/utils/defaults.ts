import envPaths from 'env-paths'

/** Fixed, so that the lines pasted into a shell stay true after a restart. */
export const DEFAULT_PORT = 2983

/** The user's data directory, such as `~/.local/share/bytenite-local`. */
export function defaultDirectory(): string {
  return envPaths('bytenite-local', { suffix: '' }).data
}
