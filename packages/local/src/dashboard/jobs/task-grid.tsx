import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { Badge } from '../page/badge.js'
import { jobPath } from './job-paths.js'
import { groupText, TASK_GROUPS, taskGroup } from './job-states.js'

/** All tasks at a glance. A script draws them from the letters of their states. */
export function TaskGrid({ job, tasks }: { job: JobRecord; tasks: readonly TaskRecord[] }): JSX.Element {
  const states = tasks.map(({ state }) => LETTERS[taskGroup(state)]).join('')
  const counts = TASK_GROUPS.map((group) => [group, tasks.filter(({ state }) => taskGroup(state) === group).length] as const)
  return (
    <div class="task-grid" data-enhance="grid" data-states={states} data-job={jobPath(job.id)} data-waiting={groupText('waiting', job)}>
      <p class="counts">
        {counts.map(([group, count]) => (
          <a href={`${jobPath(job.id)}?tasks=${group}#tasks`}>
            <Badge state={group}>
              {count} {groupText(group, job)}
            </Badge>
          </a>
        ))}
      </p>
      <canvas
        id="task-cells"
        tabindex={0}
        role="slider"
        aria-label="Tasks: arrow keys go through them, f finds the next that failed, Enter opens one"
        aria-valuemin="0"
        aria-valuemax={String(Math.max(0, tasks.length - 1))}
        aria-valuenow="0"
        aria-valuetext={`Task 0 of ${tasks.length}`}
      />
      <output class="hint" />
    </div>
  )
}

const LETTERS = { waiting: 's', running: 'r', completed: 'c', failed: 'f' }
