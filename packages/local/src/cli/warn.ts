import { plainText } from 'bytenite-uploader/internal/plain-text'

/** Prints something that does not stop the command. */
export function warn(message: string): void {
  console.error(plainText(`bytenite-local: ${message}`))
}
