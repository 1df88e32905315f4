import type { JsonSchema } from 'bytenite-uploader/wire'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { shellWord } from '../../utils/shell-word.js'
import { Page } from '../page/frame.js'
import { shownJsonLine } from '../page/shown-json.js'
import { Twin } from '../page/twin.js'
import { jobPath } from './job-paths.js'
import { ParameterForm } from './parameter-form.js'

interface RerunProps {
  job: JobRecord
  schemas: Partial<Record<'partitioner' | 'app' | 'assembler', JsonSchema>>
  formToken: string
}

/** The form to run all tasks of a job again with other parameters. */
export function RerunPage({ job, schemas, formToken }: RerunProps): JSX.Element {
  const hasAssembler = job.parts?.assembler.revision !== undefined
  return (
    <Page title={`Run ${job.name} again`} section="/jobs" formToken={formToken}>
      <nav class="crumbs" aria-label="Where this is">
        <a href="/jobs">Jobs</a> › <a href={jobPath(job.id)}>{job.name}</a>
      </nav>
      <h1>Run again with other parameters</h1>
      <p>
        All tasks run again with the chunks that are there, and their results are replaced. For another partitioning,{' '}
        <a href={`/jobs/new?from=${job.id}`}>duplicate the job</a>.
      </p>
      <form class="new-job" data-enhance="new-job" data-send={`${jobPath(job.id)}/rerun-with`} method="post" novalidate>
        <p class="problem" role="alert" hidden />
        <ParameterForm part="app" schema={schemas.app} value={job.params.app} />
        {hasAssembler && <ParameterForm part="assembler" schema={schemas.assembler} value={job.params.assembler} />}
        <button>Run again</button>
        <output />
      </form>
      <Twin
        command={`rerun ${job.id} --params ${shellWord(shownJsonLine(job.params.app ?? {}))}`}
        call={`POST /customer/jobs/${job.id}/rerun`}
        body={{ tasks: 'all', params: job.params }}
      />
    </Page>
  )
}
