import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { Badge } from '../page/badge.js'
import { Pages } from '../page/pages.js'
import { durationText } from '../../utils/duration-text.js'
import { Time } from '../page/parts.js'
import { Table } from '../page/table.js'
import { jobPath, taskPath } from './job-paths.js'
import { groupText, TASK_GROUPS, taskGroup, type TaskGroup } from './job-states.js'

const PAGE_SIZE = 50

export interface TaskQuery {
  group: TaskGroup | undefined
  /** From 1. */
  page: number
}

export function readTaskQuery({ tasks, page }: Record<string, string>): TaskQuery {
  return { group: TASK_GROUPS.find((group) => group === tasks), page: Math.max(1, Math.floor(Number(page)) || 1) }
}

/** The tasks one by one, a page at a time. */
export function TaskTable({ job, tasks, query }: { job: JobRecord; tasks: readonly TaskRecord[]; query: TaskQuery }): JSX.Element {
  const { group, page } = query
  const { id } = job
  const found = group === undefined ? tasks : tasks.filter(({ state }) => taskGroup(state) === group)
  const pathOf = (group: TaskGroup | undefined, page = 1): string => {
    const fields = { ...(group !== undefined && { tasks: group }), ...(page > 1 && { page: String(page) }) }
    return `${jobPath(id)}?${new URLSearchParams(fields).toString()}#tasks`
  }
  return (
    <>
      <nav class="tabs" aria-label="State of the tasks">
        <a href={pathOf(undefined)} aria-current={group === undefined ? 'page' : undefined}>
          All
        </a>
        {TASK_GROUPS.map((other) => (
          <a href={pathOf(other)} aria-current={group === other ? 'page' : undefined}>
            <Badge state={other}>{groupText(other, job)}</Badge>
          </a>
        ))}
      </nav>
      <Table label="Table of tasks" head={['Task', 'State', 'Attempts', 'Started', 'Ran for']}>
        {found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map((task) => (
          <tr>
            <th scope="row">
              <a href={taskPath(id, task.chunk)}>{`Task ${task.chunk}`}</a>
            </th>
            <td>
              <Badge state={taskGroup(task.state)}>{groupText(taskGroup(task.state), job)}</Badge>
            </td>
            <td>{task.attempts}</td>
            <td>
              <Time at={task.startedAt} />
            </td>
            <td>{taskDuration(task)}</td>
          </tr>
        ))}
      </Table>
      <Pages
        page={page}
        pages={Math.max(1, Math.ceil(found.length / PAGE_SIZE))}
        total={found.length}
        of="task"
        pathOf={(page) => pathOf(group, page)}
      />
    </>
  )
}

/** How long the last attempt ran, or has run so far. */
export function taskDuration({ startedAt, completedAt }: TaskRecord): string {
  if (startedAt === null) return '–'
  return durationText(((completedAt === null ? Date.now() : Date.parse(completedAt)) - Date.parse(startedAt)) / 1000)
}
