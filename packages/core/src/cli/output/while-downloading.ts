import type { Progress } from '../../client/api/progress.js'
import { createProgressDisplay, findTerminal } from '../../report/progress-display.js'
import type { Screen } from './screen.js'

/** Shows the progress of a download, unless the user wants quiet. */
export async function whileDownloading<Result>(
  tag: string,
  screen: Screen,
  download: (onProgress: (progress: Progress) => void) => Promise<Result>,
): Promise<Result> {
  const display = createProgressDisplay(`downloading ${tag}`, screen.logger, screen.isQuiet ? undefined : findTerminal())
  try {
    return await download((progress) => display.update(progress))
  } finally {
    display.clear()
  }
}
