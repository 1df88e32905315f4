import { readdir, readFile } from 'node:fs/promises'

/**
 * Sends a signal to all processes of a group; 0 sends nothing.
 * @returns whether there is a process that accepts signals from this one, or has ended and is not collected yet
 */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch (error) {
    // EPERM: they belong to another user. On macOS also: they have ended, but their parents do not know yet.
    if (['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

/** Whether a process of a group still runs. */
export async function hasRunningMembers(group: number): Promise<boolean> {
  if (!signalGroup(group, 0)) return false
  if (process.platform !== 'linux') return true
  // Orphans that have ended belong to the group until the system's first process collects them; in a container, that may
  // be late or never.
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const members = await Promise.all(
    processes.map(async (name) => isRunningMember(await readFile(`/proc/${name}/stat`, 'utf8').catch(() => ''), group)),
  )
  return members.includes(true)
}

/** @param status see proc_pid_stat(5); empty for a process that is gone */
function isRunningMember(status: string, group: number): boolean {
  const [state = '', , processGroup] = status.slice(status.lastIndexOf(')') + 2).split(' ')
  return Number(processGroup) === group && !['Z', 'X'].includes(state)
}
