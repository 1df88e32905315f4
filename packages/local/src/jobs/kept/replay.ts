import type { AttemptEnd, AttemptOwner, AttemptStart, JournalEntry } from './journal.js'
import { TaskTable } from './task-table.js'

/** What a journal says. */
export interface History {
  tasks: TaskTable
  /** The attempts of the engines that were started. */
  attempts: { partitioner: number; assembler: number }
  /** The batches that were submitted. */
  batches: number
  /** The attempts that have not ended. */
  open: Map<AttemptOwner, number>
}

export function replay(entries: Iterable<JournalEntry>, numChunks: number): History {
  const history: History = { tasks: new TaskTable(numChunks), attempts: { partitioner: 0, assembler: 0 }, batches: 0, open: new Map() }
  for (const entry of entries) {
    if ('batch' in entry) history.batches = entry.batch
    else if ('again' in entry) runAgain(history.tasks, entry.again)
    else if ('end' in entry) noteEnd(history, entry)
    else if ('at' in entry) noteStart(history, entry)
  }
  return history
}

export function noteStart({ tasks, attempts, open }: History, { c: owner, a: attempt, at }: AttemptStart): void {
  open.set(owner, attempt)
  if (typeof owner === 'number') tasks.start(owner, attempt, at)
  else attempts[owner] = attempt
}

export function noteEnd({ tasks, open }: History, { c: owner, at, end, size = 0, lost = false, final = false }: AttemptEnd): void {
  open.delete(owner)
  if (typeof owner !== 'number') return
  tasks.end(owner, at, size)
  if (end === 'completed') tasks.setState(owner, 'Completed')
  else tasks.setState(owner, final ? 'Failed' : 'Scheduled')
  if (lost) tasks.addLost(owner)
  else if (end === 'failed' || end === 'timed out') tasks.addFailure(owner)
}

export function runAgain(tasks: TaskTable, chunks: 'all' | readonly number[]): void {
  if (chunks === 'all') for (let chunk = 0; chunk < tasks.size; chunk++) tasks.reset(chunk)
  else for (const chunk of chunks) tasks.reset(chunk)
}
