import { isTag } from '../../manifest/tag.js'
import { UsageError } from '../../command-line/usage-error.js'

/** Refuses what a command has no use for. @throws {UsageError} */
export function checkCount(positionals: readonly string[], most: number): void {
  const unexpected = positionals[most]
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`)
}

/** The tag on a command line: `name`, `name@MAJOR` or `name@MAJOR.MINOR`. @throws {UsageError} */
export function requireTag(word: string | undefined): string {
  if (word === undefined) throw new UsageError('Missing the tag, such as my-app or my-app@1.0.')
  if (isTag(word)) return word
  throw new UsageError(`"${word}" is not a tag. Expected a name, or a name and a version, such as my-app or my-app@1.0.`)
}
