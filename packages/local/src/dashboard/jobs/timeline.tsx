import type { JSX } from 'hono/jsx/jsx-runtime'
import { durationText } from '../../utils/duration-text.js'
import { countText } from '../page/parts.js'
import { taskGroup } from './job-states.js'
import { COLUMNS, MAX_ROWS, type Timeline as TimelineData } from './timeline-data.js'

const HEIGHT = 40
const ROW = 8

const LOOKS = { failed: 'bad', running: 'running', completed: 'good', waiting: 'stopped' }

/** How many tasks ran and waited over time, and when the slowest ones did. */
export function Timeline({ timeline }: { timeline: TimelineData }): JSX.Element {
  const { start, end, running, waiting, peak, rows, count } = timeline
  const seconds = (end - start) / 1000
  return (
    <figure class="timeline">
      <figcaption>
        <span class="key running">running</span>, at most {peak} at once
      </figcaption>
      <Count kind="running" values={running} />
      <figcaption>
        <span class="key waiting">waiting</span>, at most {Math.max(...waiting)} at once
      </figcaption>
      <Count kind="waiting" values={waiting} />
      <svg
        class="rows"
        viewBox={`0 0 1000 ${rows.length * ROW}`}
        height={rows.length * ROW}
        preserveAspectRatio="none"
        role="img"
        aria-label={`When ${rows.length} of ${count} tasks ran`}
      >
        {rows.map(({ chunk, state, started, ended, duration }, index) => (
          <g>
            <title>{`Task ${chunk}: began after ${durationText(started * seconds)}, ran ${durationText(duration / 1000)}`}</title>
            <rect class="queued" x="0" y={index * ROW + 2} width={round(started * 1000)} height={ROW - 4} />
            <rect
              class={LOOKS[taskGroup(state)]}
              x={round(started * 1000)}
              y={index * ROW + 1}
              width={Math.max(1.5, round((ended - started) * 1000))}
              height={ROW - 2}
            />
          </g>
        ))}
      </svg>
      <div class="axis">
        <span>0 s</span>
        <span>{count > MAX_ROWS ? `the ${MAX_ROWS} slowest of ${count} tasks` : countText(count, 'task')}</span>
        <span>{durationText(seconds)}</span>
      </div>
    </figure>
  )
}

function Count({ kind, values }: { kind: 'running' | 'waiting'; values: readonly number[] }): JSX.Element {
  const most = Math.max(Number.EPSILON, ...values)
  return (
    <svg
      class="counts"
      viewBox={`0 0 ${COLUMNS} ${HEIGHT}`}
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={`How many tasks were ${kind} over time`}
    >
      <path class={kind} d={areaOf(values, most)} />
    </svg>
  )
}

/** A staircase, closed along the ground. */
function areaOf(values: readonly number[], most: number): string {
  const steps = values.map((value, column) => `V${round(HEIGHT - (value / most) * (HEIGHT - 2))}H${column + 1}`)
  return `M0 ${HEIGHT}${steps.join('')}V${HEIGHT}Z`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
