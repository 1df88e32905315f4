import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'

/** A state is told by a mark and a word, and only then by its colour. */
const MARKS: Readonly<Record<string, string>> = {
  complete: '✓',
  completed: '✓',
  failed: '×',
  'timed out': '×',
  aborted: '×',
  interrupted: '×',
  running: '›',
  waiting: '·',
  new: '·',
  active: '✓',
  inactive: '·',
}

const KINDS: Readonly<Record<string, string>> = {
  complete: 'good',
  completed: 'good',
  active: 'good',
  failed: 'bad',
  'timed out': 'bad',
  aborted: 'bad',
  interrupted: 'bad',
  running: 'running',
}

/** @param state decides how it looks */
export function Badge({ state, children }: { state: string; children?: Child }): JSX.Element {
  return (
    <span class={`badge ${KINDS[state] ?? 'waiting'}`}>
      <span aria-hidden="true">{MARKS[state] ?? '·'}</span> {children ?? state}
    </span>
  )
}
