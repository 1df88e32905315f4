/** Prints something that does not stop the command. */
export function warn(message: string): void {
  console.error(`bytenite-local: ${message}`)
}
