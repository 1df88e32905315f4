import type { AttemptRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { Badge } from '../page/badge.js'
import { durationText } from '../../utils/duration-text.js'
import { Time } from '../page/parts.js'
import { Table } from '../page/table.js'

interface AttemptsProps {
  /** Of the page that shows the log of one of them. */
  path: string
  attempts: readonly AttemptRecord[]
  /** The number of the one whose log is shown. */
  shown: number | undefined
}

/** The attempts of a task, of the partitioner or of the assembler, each in a row of its own. */
export function Attempts({ path, attempts, shown }: AttemptsProps): JSX.Element {
  return (
    <Table label="Table of attempts" head={['Attempt', 'State', 'Started', 'Ran for', 'Exit code', 'Where']}>
      {attempts.map(({ attempt, state, startedAt, endedAt, exitCode, signal, reason, place }) => (
        <tr>
          <th scope="row">
            <a href={`${path}?attempt=${attempt}`} aria-current={attempt === shown ? 'true' : undefined}>
              {`Attempt ${attempt}`}
            </a>
            {reason !== '' && <p class="reason">{reason}</p>}
          </th>
          <td>
            <Badge state={state} />
          </td>
          <td>
            <Time at={startedAt} />
          </td>
          <td>{durationText(((endedAt === null ? Date.now() : Date.parse(endedAt)) - Date.parse(startedAt)) / 1000)}</td>
          <td>{signal ?? exitCode ?? '–'}</td>
          <td>{place === '' ? 'this machine' : place}</td>
        </tr>
      ))}
    </Table>
  )
}
