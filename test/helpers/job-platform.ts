import { readFile } from 'node:fs/promises'
import type { JobRecord, JobRequest } from 'bytenite-uploader/wire-jobs'
import { pack } from 'tar-stream'
import { createJobs, workDirectory, type JobsOptions } from '../../packages/local/dist/jobs/create-jobs.js'
import type { Jobs, LogSource } from '../../packages/local/dist/jobs/jobs.js'
import { checkManifest } from '../../packages/local/dist/rules/manifest-check.js'
import { createProcessRunner } from '../../packages/local/dist/runners/processes/process-runner.js'
import type { Runner } from '../../packages/local/dist/runners/runner.js'
import { createRecord, tagOf } from '../../packages/local/dist/store/published-record.js'
import { Store } from '../../packages/local/dist/store/store.js'
import { isInTest, onTestFinished } from './current-test.ts'
import type { Files } from './project.ts'

/** Something to publish. */
interface TestApp {
  /** @default 'app' */
  type?: 'app' | 'partitioner' | 'assembler'
  /** @default `1.0` */
  version?: string
  /** A shell script, as `main.sh`; or else, files of `app/` of which the first is the entrypoint. */
  code: string | Files
  /** `schema.json`. */
  schema?: object
  /** More of the manifest. */
  manifest?: object
  /** @default true */
  isActive?: boolean
}

export interface JobPlatform {
  jobs: Jobs
  store: Store
  runner: Runner
  /** What was reported that nobody expected. */
  warnings: string[]
  publish(name: string, app: TestApp): Promise<void>
  /** Creates a job and runs it to its end. Without a source, it has `bypass`. */
  finish(request: JobRequest): Promise<JobRecord>
  /** Creates a job and runs it. */
  start(request: JobRequest): Promise<JobRecord>
  /** The content of the output's files, by their names. */
  output(id: string): Promise<Record<string, string>>
  /** What a program wrote to a log; or all lines, as `LEVEL text`. */
  log(id: string, of: LogSource, all?: boolean): Promise<string[]>
  close(grace?: number): Promise<void>
}

export interface JobPlatformOptions extends Partial<Pick<JobsOptions, 'findSecret' | 'limits' | 'runner'>> {
  directory: string
  concurrency?: number
  /** Opens the place to run. @param root the directory for those of the attempts */
  createRunner?: (root: string) => Runner
}

/** Opens the jobs of a directory, without a server. They are closed after the test. */
export function openJobPlatform({ directory, concurrency, createRunner, ...options }: JobPlatformOptions): JobPlatform {
  const warnings: string[] = []
  const onWarning = (message: string): void => void warnings.push(message)
  const store = new Store(directory, onWarning)
  createRunner ??= (root) => createProcessRunner({ root, concurrency })
  const runner = options.runner ?? createRunner(workDirectory(directory))
  const jobs = createJobs({ ...options, directory, store, runner, onWarning })
  let closed: Promise<void> | undefined
  const close = (grace = 0): Promise<void> => (closed ??= jobs.close(grace).then(() => store.close()))
  if (isInTest()) onTestFinished(() => close())
  const start = async (request: JobRequest): Promise<JobRecord> => {
    const { id } = await jobs.create({ dataSource: { dataSourceDescriptor: 'bypass' }, ...request })
    return jobs.run(id, {})
  }
  return {
    jobs,
    store,
    runner,
    warnings,
    publish: (name, app) => publishApp(store, name, app),
    start,
    finish: async (request) => jobs.ended((await start(request)).id),
    async output(id) {
      const files = (await jobs.results(id)).map(async ({ name, file }) => [name, await readFile(file, 'utf8')] as const)
      return Object.fromEntries(await Promise.all(files))
    },
    async log(id, of, all = false) {
      const lines: string[] = []
      for await (const { level, log } of jobs.log(id, of)) {
        if (all) lines.push(`${level} ${log}`)
        else if (level === 'UNKNOWN') lines.push(log)
      }
      return lines
    },
    close,
  }
}

async function publishApp(store: Store, name: string, app: TestApp): Promise<void> {
  const { type = 'app', version = '1.0', code, schema, manifest = {}, isActive = true } = app
  const files: Files = typeof code === 'string' ? { 'main.sh': code.startsWith('#!') ? code : `#!/bin/sh\nset -e\n${code}\n` } : code
  const [entrypoint = ''] = Object.keys(files)
  const json = { name, version, type, platform: 'docker', entrypoint, platform_config: { container: 'any' }, ...manifest }
  const tar = pack()
  tar.entry({ name: 'manifest.json' }, JSON.stringify(json))
  for (const [path, content] of Object.entries(files)) tar.entry({ name: `app/${path}`, mode: 0o755 }, content)
  if (schema !== undefined) tar.entry({ name: 'schema.json' }, JSON.stringify(schema))
  tar.finalize()
  const incoming = await store.receive(tar as AsyncIterable<Buffer>)
  const kind = type === 'app' ? 'apps' : 'engines'
  const checked = checkManifest(json, new Set(Object.keys(files).map((path) => `app/${path}`)), kind)
  const record = createRecord(checked, incoming.hash, store.record(kind, tagOf(checked)))
  store.accept(kind, incoming, record, undefined)
  if (isActive) store.setStatus(kind, record, 'active')
}
