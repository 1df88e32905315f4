import { readdir, readFile, readlink } from 'node:fs/promises'
import { startProgram, type Program, type ProgramOptions } from './process.ts'
import { waitFor } from './wait-for.ts'

/** A node's daemon, with all that it starts. */
export interface Node {
  /** Waits until the daemon has started. */
  isUp(): Promise<void>
  /** Kills the daemon and those that watch over its tasks. The tasks run on, and nobody watches them. */
  killDaemons(): Promise<void>
  /** Kills everything at once, as if the machine had lost its power. */
  kill(): Promise<void>
}

/** Parameters of `unshare` for a program that has its processes for itself, as a machine has. So none that it starts can escape. */
export const NAMESPACE = ['--pid', '--fork', '--kill-child', '--mount-proc']

/** The first process of a node: it adopts what loses its parent, and goes on without the daemon. */
const INIT = 'slurmd -D -N "$0"; while :; do sleep 1; done'

/** Starts a node. */
export function createNode(name: string, options: ProgramOptions): Node {
  const program = startProgram('unshare', [...NAMESPACE, 'sh', '-c', INIT, name], options)
  return {
    isUp: () => program.waitForOutput(/slurmd version \S+ started/),
    async killDaemons() {
      const namespace = await namespaceOf(program)
      const areGone = async (): Promise<boolean> => {
        const daemons = (await processesIn(namespace)).filter(({ command }) => /^slurm(?:step)?d$/.test(command))
        for (const { id } of daemons) kill(id)
        return daemons.length === 0
      }
      await waitFor(`the end of the daemons of ${name}`, areGone)
    },
    async kill() {
      if (!program.isRunning()) return
      // The first one takes the others with it, and only then does the program end.
      const processes = await processesIn(await namespaceOf(program))
      for (const { id } of processes) kill(id)
      if (processes.length === 0) program.kill('SIGKILL')
      await program.end()
    },
  }
}

/** What the processes of a node, and no others, have in common; `undefined` if it has none yet. */
async function namespaceOf({ pid }: Program): Promise<string | undefined> {
  const namespace = await readlink(`/proc/${pid}/ns/pid_for_children`)
  return namespace === (await readlink('/proc/self/ns/pid')) ? undefined : namespace
}

async function processesIn(namespace: string | undefined): Promise<{ id: number; command: string }[]> {
  if (namespace === undefined) return []
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const processes = await Promise.all(
    ids.map(async (id) => {
      // One that has ended has none.
      if ((await readlink(`/proc/${id}/ns/pid`).catch(() => undefined)) !== namespace) return []
      const command = await readFile(`/proc/${id}/comm`, 'utf8').catch(() => undefined)
      return command === undefined ? [] : [{ id: Number(id), command: command.trim() }]
    }),
  )
  return processes.flat()
}

/** Kills a process, unless it has just ended. */
function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
