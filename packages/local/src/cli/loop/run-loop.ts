import { stoppable } from 'bytenite-uploader/internal/command-line'
import type { BuildCommand } from '../../develop/build-command.js'
import { developInLoop } from '../../develop/develop-loop.js'
import type { PlatformServer } from '../../server/platform.js'
import { VersionRuns, type VersionRunsOptions } from './version-runs.js'

export interface LoopCommandOptions extends Pick<VersionRunsOptions, 'out' | 'screen' | 'readInput'> {
  command: BuildCommand
}

/**
 * Runs each version that a watcher publishes, until a signal to stop this process.
 * @throws {Error} if the build command fails, or is no watcher and publishes nothing
 */
export async function runLoop({ command, ...options }: LoopCommandOptions): Promise<void> {
  const { screen } = options
  let runs: VersionRuns | undefined
  let said = ''
  await stoppable((signal) =>
    developInLoop(
      {
        command,
        signal,
        // Programs print no colours into a pipe, unless they are told to.
        env: screen.hasColours && process.env['FORCE_COLOR'] === undefined ? { FORCE_COLOR: '1' } : {},
        onLine: (stream, line) => (stream === 'stdout' ? screen.output(line) : screen.error(line)),
      },
      ({ server, connection, signal: end }) => {
        const dashboard = new URL('/', server.apiUrl)
        screen.say(dashboardText(server, dashboard))
        const versions = (runs = new VersionRuns({ ...options, connection, dashboard, signal: end }))
        return {
          run: (parts, superseded) => versions.run(parts, superseded),
          notRunnable(reason) {
            if (reason !== said) screen.say(reason)
            said = reason
          },
        }
      },
    ),
  )
  screen.say(
    `The build command has ended, so nothing more will be published. For a loop, add the option by which it watches, such as ${command.join(' ')} --watch`,
  )
  if (runs?.hasFailed !== false) process.exitCode = 1
}

function dashboardText(server: PlatformServer, dashboard: URL): string {
  // A link that logs in is for whoever sits here, and not for a file.
  return process.stdout.isTTY
    ? `Dashboard, with a link that works once, within ten minutes: ${server.createLoginLink()}`
    : `Dashboard: ${dashboard.href}`
}
