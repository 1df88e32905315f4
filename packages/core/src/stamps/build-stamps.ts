import { noteInFile, readStampFiles, removeStampFile, writeStampFile, type StampFile } from './stamp-files.js'
import { createStamp, isAlive, isFromHere, isGone, isNear, isOwn, type Activity, type Stamp } from './stamp.js'

export type { Activity, Stamp }

/** Called once in a process, with one sentence, if no stamps can be left. */
export type OnUnprotected = (message: string) => void

/** Files of this process, which it removes when it ends. */
const held = new Set<string>()
let isListening = false
let hasWarned = false

/**
 * Tells other processes, from before a build writes anything until its publish has concluded, that it uses directories.
 * Two that overlap in time know of each other, whichever of them ends first: each notes itself in the other's stamp, where it
 * stays after its own is gone. Of two that begin at the same moment, the one that looks last sees the other, since each leaves
 * its stamp before it looks.
 *
 * A process that cannot leave stamps goes on without.
 * @param directories absolute; they may not exist yet
 * @returns a function that removes the stamps
 */
export function leaveStamps(directories: readonly string[], activity: Activity, onUnprotected: OnUnprotected): () => void {
  const paths: string[] = []
  const remove = (): void => tolerate(onUnprotected, undefined, () => paths.splice(0).forEach(release))
  const isLeft = tolerate(onUnprotected, false, () => {
    for (const directory of directories) paths.push(leaveStamp(createStamp(directory, activity)))
    return true
  })
  if (!isLeft) remove()
  return remove
}

/** @returns the path of its file */
function leaveStamp(stamp: Stamp): string {
  const path = hold(writeStampFile(stamp))
  try {
    for (const file of readStampFiles(stamp)) if (isFromHere(file.stamp) && !isOwn(file.stamp)) meet({ path, stamp }, file)
    return path
  } catch (error) {
    release(path)
    throw error
  }
}

type Left = Pick<StampFile, 'path' | 'stamp'>

/** Lets two files know of each other, if that matters. Removes what a process left that was killed. */
function meet(own: Left, other: Left): void {
  if (!isNear(own.stamp, other.stamp)) {
    if (isGone(other.stamp)) removeStampFile(other.path)
  } else if (!isAlive(other.stamp)) removeStampFile(other.path)
  else {
    // Packs do one another no harm.
    if (other.stamp.activity === 'build') noteInFile(own.path, other.stamp)
    if (own.stamp.activity === 'build') noteInFile(other.path, own.stamp)
  }
}

/**
 * The builds of other processes that wrote, or may have written, to one of the directories since this process left its stamps
 * there: one stamp for each process.
 * @param directories absolute
 */
export function findOverlaps(directories: readonly string[], onUnprotected: OnUnprotected): Stamp[] {
  return tolerate(onUnprotected, [], () => {
    const wanted = directories.map((directory) => createStamp(directory, 'pack'))
    const files = wanted.flatMap((stamp) =>
      readStampFiles(stamp).filter((file) => isFromHere(file.stamp) && isOwn(file.stamp) && isNear(file.stamp, stamp)),
    )
    const others = files.flatMap((file) => file.others)
    return [...new Map(others.toReversed().map((other) => [`${other.pid} ${other.startTime}`, other])).values()]
  })
}

function hold(path: string): string {
  held.add(path)
  if (isListening) return path
  isListening = true
  process.on('exit', () => {
    // Nobody can be told any more. Stamps that stay are those of a process that has ended, which means nothing.
    tolerate(
      () => {},
      undefined,
      () => held.forEach(release),
    )
  })
  return path
}

function release(path: string): void {
  held.delete(path)
  removeStampFile(path)
}

/** A temporary directory that cannot be used takes the protection away, and fails no build. */
function tolerate<Value>(onUnprotected: OnUnprotected, otherwise: Value, act: () => Value): Value {
  try {
    return act()
  } catch (error) {
    if (!hasWarned) onUnprotected(unprotected(error as Error))
    hasWarned = true
    return otherwise
  }
}

function unprotected({ message }: Error): string {
  return (
    `Cannot tell whether another process builds into the same output directory: ${message}. ` +
    'Make the directory for temporary files usable, or set TMPDIR to another one.'
  )
}
