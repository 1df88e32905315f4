import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { durationText } from '../../utils/duration-text.js'
import { Time } from '../page/parts.js'
import { isRunAgain, STEPS } from './job-states.js'

/** The ten states of a job, with the times at which it entered them. */
export function Steps({ job }: { job: JobRecord }): JSX.Element {
  const times = STEPS.map(([state]) => job.stateTimestamps[state])
  const last = times.findLastIndex((time) => time !== undefined)
  const isAgain = isRunAgain(job)
  return (
    <ol class="steps" aria-label="States">
      {STEPS.map(([, name], index) => {
        const kind = kindOf(job, index, last)
        const time = times[index]
        const isOfEarlierRun = isAgain && STEPS[index + 1]?.[0] === 'JOB_STATE_PARTITIONED'
        const end = times.slice(index + 1).find((later) => later !== undefined) ?? (index === last ? job.endedAt : null)
        return (
          <li class={kind} aria-current={kind === 'running' ? 'step' : undefined}>
            <span class="name">
              <span aria-hidden="true">{MARKS[kind]}</span> {name}
              {kind === 'bad' && <span class="bad"> failed</span>}
            </span>
            {time !== undefined && <Time at={time} isShort />}
            {time !== undefined && end && !isOfEarlierRun ? (
              <small>{durationText((Date.parse(end) - Date.parse(time)) / 1000)}</small>
            ) : null}
          </li>
        )
      })}
    </ol>
  )
}

const MARKS = { good: '✓', bad: '×', running: '›', waiting: '·' }

function kindOf({ state }: JobRecord, index: number, last: number): keyof typeof MARKS {
  if (index > last) return 'waiting'
  if (index < last || state === 'JOB_STATE_COMPLETE') return 'good'
  return state === 'JOB_STATE_FAILED' ? 'bad' : 'running'
}
