import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AttemptEnding, Workspace } from '../../packages/local/dist/runners/runner.js'

/** What a program sees that runs in this process. */
export interface FakeAttempt {
  variables: Readonly<Record<string, string>>
  print(stream: 'stdout' | 'stderr', text: string): void
  /** Aborts when it is to end; the reason is `TERM` if it has a moment for it. */
  signal: AbortSignal
}

/** The same program twice: for a place that starts programs, and for one that only pretends to. */
export interface TestProgram {
  script: string
  fake: (attempt: FakeAttempt) => Promise<AttemptEnding>
}

const exited = (exitCode: number): AttemptEnding => ({ type: 'exited', exitCode, signal: null })
const killed = (signal: string): AttemptEnding => ({ type: 'exited', exitCode: null, signal })

/** Resolves when the attempt is to end. */
const untilStopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve())
  })

const chunkOf = ({ variables }: FakeAttempt): Promise<string> => readFile(join(variables['TASK_DIR'] ?? '', 'data.bin'), 'utf8')

/** What tests of a place run, by the name of the entrypoint. */
export const programs = {
  /** Copies its chunk to its results, and says so. */
  'copy.sh': {
    script: '#!/bin/sh\nset -e\ncp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/copy.bin"\necho "copied $CHUNK_NUMBER"\necho done >&2\n',
    async fake(attempt) {
      await writeFile(join(attempt.variables['TASK_RESULTS_DIR'] ?? '', 'copy.bin'), await chunkOf(attempt))
      attempt.print('stdout', `copied ${attempt.variables['CHUNK_NUMBER']}\n`)
      attempt.print('stderr', 'done\n')
      return exited(0)
    },
  },
  /** Prints its variables but for what a shell adds. */
  'variables.sh': {
    script: '#!/bin/sh\nenv | grep -v "^\\(PWD\\|OLDPWD\\|SHLVL\\|_\\|PATH\\)=" | sort\n',
    async fake({ variables, print }) {
      print(
        'stdout',
        `${Object.entries(variables)
          .map(([name, value]) => `${name}=${value}\n`)
          .toSorted()
          .join('')}`,
      )
      return exited(0)
    },
  },
  'fail.sh': { script: '#!/bin/sh\nexit 3\n', fake: async () => exited(3) },
  'die.sh': { script: '#!/bin/sh\nkill -KILL $$\n', fake: async () => killed('SIGKILL') },
  /** Runs until it is ended. */
  'wait.sh': {
    script: '#!/bin/sh\necho waiting\nexec sleep 1000\n',
    async fake({ print, signal }) {
      print('stdout', 'waiting\n')
      await untilStopped(signal)
      return killed(signal.reason === 'TERM' ? 'SIGTERM' : 'SIGKILL')
    },
  },
  /** Runs until it is told to end, and ends as if all were well. */
  'polite.sh': {
    script: '#!/bin/sh\ntrap "echo told to end; exit 0" TERM\necho waiting\nwhile :; do sleep 0.02; done\n',
    async fake({ print, signal }) {
      print('stdout', 'waiting\n')
      await untilStopped(signal)
      if (signal.reason !== 'TERM') return killed('SIGKILL')
      print('stdout', 'told to end\n')
      return exited(0)
    },
  },
  /** Runs until there is the file that `GO` names; without it, `go` in its results. */
  'until-go.sh': {
    script: '#!/bin/sh\necho waiting\nuntil [ -e "${GO:-$TASK_RESULTS_DIR/go}" ]; do sleep 0.02; done\necho gone\n',
    async fake({ variables, print, signal }) {
      print('stdout', 'waiting\n')
      const file = variables['GO'] ?? join(variables['TASK_RESULTS_DIR'] ?? '', 'go')
      while (!signal.aborted && !existsSync(file)) await sleep(20)
      return signal.aborted ? killed('SIGTERM') : exited(0)
    },
  },
} satisfies Record<string, TestProgram>

export type ProgramName = keyof typeof programs

/** The variables of a workspace, with those that name its directories. */
export function variablesOf({ directories, variables }: Workspace): Record<string, string> {
  return { ...Object.fromEntries(Object.entries(directories).map(([name, { path }]) => [name, path])), ...variables }
}
