/** Where messages go, one per call and without a line break at the end. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** Standard error, where output that a program reads cannot be meant. */
export const consoleLogger: Logger = {
  info: (message) => console.error(`[bytenite] ${message}`),
  warn: (message) => console.error(`[bytenite] ${message}`),
  error: (message) => console.error(`[bytenite] ${message}`),
}
