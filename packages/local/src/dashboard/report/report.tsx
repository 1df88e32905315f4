import type { AttemptRecord, JobRecord, LogLine, TaskRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { raw } from 'hono/html'
import { withoutCommand } from '../../jobs/failure-text.js'
import { groupOf, partText, stateText } from '../jobs/job-states.js'
import { jobDuration } from '../../jobs/job-duration.js'
import { PARTS } from '../../jobs/kept/stored-job.js'
import { phasesOf, taskStatistics } from '../jobs/statistics.js'
import { Statistics } from '../jobs/statistics-view.js'
import { Steps } from '../jobs/steps.js'
import { Timeline } from '../jobs/timeline.js'
import { timelineOf } from '../jobs/timeline-data.js'
import { Lines } from '../log/log-view.js'
import { assetText } from '../page/assets.js'
import { Badge } from '../page/badge.js'
import { Facts, Time } from '../page/parts.js'
import { htmlOf } from '../page/respond.js'
import { shownJson } from '../page/shown-json.js'

/** A part of a job that failed, with the end of its log. */
export interface ReportedFailure {
  name: string
  attempt: AttemptRecord | undefined
  lines: readonly LogLine[]
  /** Whether earlier lines are left out. */
  isCut: boolean
}

export interface Report {
  job: JobRecord
  tasks: readonly TaskRecord[]
  failures: readonly ReportedFailure[]
  /** Whether other failures are left out. */
  isCut: boolean
}

/** A job as one page that stands alone: without scripts, and without anything from elsewhere. */
export async function reportText(report: Report): Promise<string> {
  return `${await htmlOf(ReportPage(report))}\n`
}

const GENERATOR = 'bytenite-local report'

/** Whether a file is a report, which may be replaced by another one. @param beginning of its text */
export function isReport(beginning: string): boolean {
  return beginning.includes(`<meta name="generator" content="${GENERATOR}"`)
}

function ReportPage({ job, tasks, failures, isCut }: Report): JSX.Element {
  const timeline = timelineOf(job, tasks)
  const { parts } = job
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="generator" content={GENERATOR} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>{`Job ${job.name}`}</title>
        <style>{raw(assetText('style.css'))}</style>
      </head>
      <body>
        <main>
          <div class="title">
            <h1>{job.name}</h1>
            <Badge state={groupOf(job)}>{stateText(job)}</Badge>
          </div>
          {job.errorMessage !== '' && <p class="problem">{withoutCommand(job.errorMessage)}</p>}
          <Facts
            rows={[
              ['ID', job.id],
              ['Created', <Time at={job.createdAt} />],
              ['Duration', jobDuration(job) || '–'],
              ['Template', job.templateId],
              ...PARTS.map((part) => [part, partText(parts?.[part])] as const),
              ['Tasks', countsOf(job)],
            ]}
          />
          <h2>States</h2>
          <Steps job={job} />
          {timeline !== undefined && (
            <>
              <h2>Time</h2>
              <Timeline timeline={timeline} />
              <Statistics id={job.id} statistics={taskStatistics(job, tasks)} phases={phasesOf(job)} hasPages={false} />
            </>
          )}
          {failures.length > 0 && <h2>Failures</h2>}
          {failures.map((failure) => (
            <Failed {...failure} />
          ))}
          {isCut && <p class="notice">More tasks failed. These are the first {failures.length}.</p>}
          <h2>Parameters</h2>
          <pre>{shownJson(job.params)}</pre>
        </main>
      </body>
    </html>
  )
}

function Failed({ name, attempt, lines, isCut }: ReportedFailure): JSX.Element {
  return (
    <section>
      <h3>{name}</h3>
      {attempt !== undefined && (
        <p>
          {`Attempt ${attempt.attempt}: ${attempt.state}`}
          {attempt.reason !== '' && `, ${attempt.reason}`}
          {attempt.exitCode !== null && ` (exit code ${attempt.exitCode})`}
        </p>
      )}
      {isCut && <p class="none">Earlier lines are left out.</p>}
      <div class="log report">
        <div class="lines">
          <Lines lines={lines} />
        </div>
      </div>
    </section>
  )
}

function countsOf({ tasks, numChunks }: JobRecord): string {
  if (tasks === undefined) return ''
  const counts = Object.entries(tasks).filter(([, count]) => count > 0)
  return `${numChunks} (${counts.map(([state, count]) => `${count} ${state}`).join(', ')})`
}
