import type { JSX } from 'hono/jsx/jsx-runtime'
import { durationText } from '../../utils/duration-text.js'
import { Facts } from '../page/parts.js'
import { taskPath } from './job-paths.js'
import type { Phase, TaskStatistics } from './statistics.js'

interface StatisticsProps {
  id: string
  statistics: TaskStatistics | undefined
  phases: readonly Phase[]
  /** Whether a task leads to its page. */
  hasPages?: boolean
}

/** How long tasks took, and where the time of a job went. */
export function Statistics({ id, statistics, phases, hasPages = true }: StatisticsProps): JSX.Element {
  return (
    <div class="statistics">
      {statistics !== undefined && (
        <Facts
          rows={[
            ['Tasks completed', String(statistics.count)],
            ['Median', durationText(statistics.median)],
            ['95 of 100 took at most', durationText(statistics.p95)],
            [
              'Slowest',
              <>
                {durationText(statistics.slowest.seconds)} (
                {hasPages ? (
                  <a href={taskPath(id, statistics.slowest.chunk)}>{`task ${statistics.slowest.chunk}`}</a>
                ) : (
                  `task ${statistics.slowest.chunk}`
                )}
                )
              </>,
            ],
            ['All of them ran for', durationText(statistics.running)],
            ['All of them waited for', durationText(statistics.waiting)],
          ]}
        />
      )}
      {phases.length > 0 && (
        <table class="phases">
          <caption>Where the time went</caption>
          <tbody>
            {phases.map(({ name, seconds, share }) => (
              <tr>
                <th scope="row">{name}</th>
                <td>{durationText(seconds)}</td>
                <td>{`${Math.round(share * 100)} %`}</td>
                <td class="bar">
                  <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect width={Math.round(share * 1000) / 10} height="1" />
                  </svg>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
