import type { JobTemplate, JsonSchema } from 'bytenite-uploader/wire'
import type { JobConfig, JobParams } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { PARTS } from '../../jobs/kept/stored-job.js'
import { tagOf, type PublishedRecord } from '../../store/published-record.js'
import { Page } from '../page/frame.js'
import { Empty } from '../page/parts.js'
import { Twin } from '../page/twin.js'
import { ParameterForm } from './parameter-form.js'

interface ChoiceProps {
  templates: readonly JobTemplate[]
  apps: readonly PublishedRecord[]
  formToken: string
}

/** What a new job could run. */
export function ChoosePage({ templates, apps, formToken }: ChoiceProps): JSX.Element {
  return (
    <Page title="New job" section="/jobs" formToken={formToken}>
      <h1>New job</h1>
      {templates.length === 0 && apps.length === 0 && (
        <Empty command="npm create bytenite-app">Nothing is published that could run. Start with an app:</Empty>
      )}
      {templates.length > 0 && (
        <section aria-labelledby="templates-title">
          <h2 id="templates-title">From a template</h2>
          <ul class="choices">
            {templates.map(({ id, description, app }) => (
              <li>
                <a href={`/jobs/new?${new URLSearchParams({ template: id }).toString()}`}>{id}</a> <small>{description ?? app}</small>
              </li>
            ))}
          </ul>
        </section>
      )}
      {apps.length > 0 && (
        <section aria-labelledby="apps-title">
          <h2 id="apps-title">From an app</h2>
          <ul class="choices">
            {apps.map((app) => (
              <li>
                <a href={`/jobs/new?${new URLSearchParams({ app: tagOf(app) }).toString()}`}>{tagOf(app)}</a>{' '}
                <small>{app.status === 'active' ? app.description : 'not active: runs as a test job only'}</small>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  )
}

export interface JobDraft {
  templateId: string | undefined
  app: string
  partitioner: string
  assembler: string
  name: string
  source: 'bypass' | 'file' | 'url'
  /** Without a login. */
  url: string
  /** Whether the source is that of the template, which may have a login. As long as nobody changes it, it need not be sent. */
  isOwnSource: boolean
  params: JobParams
  config: JobConfig
  /** The job that this one is like. */
  from?: string
}

interface NewJobProps {
  draft: JobDraft
  schemas: Partial<Record<'partitioner' | 'app' | 'assembler', JsonSchema>>
  engines: readonly PublishedRecord[]
  isActive: boolean
  formToken: string
}

/** The form for a new job. A script sends it, because a large file needs progress, and errors belong to their fields. */
export function NewJobPage({ draft, schemas, engines, isActive, formToken }: NewJobProps): JSX.Element {
  const { templateId, app, partitioner, assembler, name, source, url, isOwnSource, params, config } = draft
  const parts = PARTS.filter((part) => part === 'app' || draft[part] !== 'passthrough')
  return (
    <Page title="New job" section="/jobs" formToken={formToken}>
      <h1>New job</h1>
      <noscript>
        <p class="problem">This form needs scripts. The command below does without.</p>
      </noscript>
      <form class="new-job" data-enhance="new-job" data-send="/jobs" method="post" novalidate>
        <p class="problem" role="alert" hidden />
        {templateId === undefined ? (
          <>
            <p>
              Runs the app <strong>{app}</strong>. <a href="/jobs/new">Choose another</a>
            </p>
            <input type="hidden" name="app" value={app} />
            {!isActive && <p class="notice">This app is not active. It runs as a test job, or after it has been activated.</p>}
            <EngineChoice type="partitioner" engines={engines} chosen={partitioner} />
            <EngineChoice type="assembler" engines={engines} chosen={assembler} />
          </>
        ) : (
          <>
            <p>
              From the template <strong>{templateId}</strong>: {partitioner} → {app} → {assembler}. <a href="/jobs/new">Choose another</a>
            </p>
            <input type="hidden" name="templateId" value={templateId} />
          </>
        )}
        <div class="field">
          <label for="name">Name</label>
          <input id="name" name="name" value={name} data-field="name" maxlength={200} />
          <p class="error" hidden />
        </div>
        <fieldset>
          <legend>Data</legend>
          <SourceChoice value="bypass" chosen={source} label="None" />
          <SourceChoice value="file" chosen={source} label="A file from this computer" />
          <div class="field">
            <label for="file">File</label>
            <input id="file" type="file" name="file" data-field="dataSource.file" />
            {draft.from !== undefined && source === 'file' && <small>The platform does not keep the file of a job: choose it again.</small>}
            <p class="error" hidden />
          </div>
          <SourceChoice value="url" chosen={source} label="A file at an address" />
          <div class="field">
            <label for="url">Address</label>
            <input
              id="url"
              type="url"
              name="url"
              value={url}
              placeholder="https://"
              data-field="dataSource"
              data-own={isOwnSource ? url : undefined}
            />
            <p class="error" hidden />
          </div>
        </fieldset>
        {parts.map((part) => (
          <ParameterForm part={part} schema={schemas[part]} value={params[part]} />
        ))}
        <details id="limits" open={!isActive}>
          <summary>Limits</summary>
          <NumberField name="taskTimeout" label="Seconds that a task may take (0: no limit)" value={config.taskTimeout} />
          <NumberField name="jobTimeout" label="Seconds that the job may take (0: no limit)" value={config.jobTimeout} />
          <NumberField name="maxTaskRetries" label="How often a failed task is tried again" value={config.maxTaskRetries} />
          <div class="field">
            <label>
              <input type="checkbox" name="isTestJob" checked={config.isTestJob === true || !isActive} /> Test job: also runs what is not
              active
            </label>
          </div>
        </details>
        <button>Run</button>
        <progress hidden max={1} aria-label="Upload" />
        <output />
      </form>
      <Twin
        command={commandOf(draft)}
        call="POST /customer/jobs"
        body={templateId === undefined ? { app, partitioner, assembler, params } : { templateId, params }}
      />
    </Page>
  )
}

function commandOf({ templateId, app, partitioner, assembler, source }: JobDraft): string {
  const what =
    templateId === undefined
      ? `${app}${engineOption('partitioner', partitioner)}${engineOption('assembler', assembler)}`
      : `--template ${templateId}`
  return `run ${what}${source === 'file' ? ' --input FILE' : ''} --out results`
}

function engineOption(name: string, tag: string): string {
  return tag === 'passthrough' ? '' : ` --${name} ${tag}`
}

function EngineChoice(props: { type: 'partitioner' | 'assembler'; engines: readonly PublishedRecord[]; chosen: string }): JSX.Element {
  const { type, engines, chosen } = props
  const tags = ['passthrough', ...engines.filter((engine) => engine.type === type).map(tagOf)]
  return (
    <div class="field">
      <label for={type}>{type === 'partitioner' ? 'Partitioner' : 'Assembler'}</label>
      <select id={type} name={type} data-field={type}>
        {tags.map((tag) => (
          <option value={tag} selected={tag === chosen}>
            {tag}
          </option>
        ))}
      </select>
      <p class="error" hidden />
    </div>
  )
}

function SourceChoice({ value, chosen, label }: { value: string; chosen: string; label: string }): JSX.Element {
  return (
    <label class="choice">
      <input type="radio" name="source" value={value} checked={value === chosen} /> {label}
    </label>
  )
}

function NumberField({ name, label, value }: { name: string; label: string; value: unknown }): JSX.Element {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        type="number"
        min={0}
        name={name}
        value={typeof value === 'number' ? String(value) : '0'}
        data-field={`config.${name}`}
      />
      <p class="error" hidden />
    </div>
  )
}
