import type { JobLogQuery, LogLevel, LogLine } from 'bytenite-uploader/wire-jobs'
import * as v from 'valibot'
import type { Jobs, LogSource } from '../../jobs/jobs.js'
import { Refusal } from '../../refusal.js'
import { checkRequest } from '../../http/check-request.js'

const LEVELS = ['UNKNOWN', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'PANIC'] as const

/** Some clients call the tasks of the app `APP`. */
const SERVICES = ['PARTITIONER', 'ASSEMBLER', 'TASKRUNNER', 'APP'] as const

const LogsRequest = v.object({
  jobId: v.string('must be a string'),
  taskIds: v.nullish(v.array(v.string('must be a string'), 'must be an array')),
  levels: v.nullish(v.array(v.picklist(LEVELS, `must be one of ${LEVELS.join(', ')}`), 'must be an array')),
  services: v.nullish(v.array(v.picklist(SERVICES, 'must be one of PARTITIONER, ASSEMBLER, TASKRUNNER'), 'must be an array')),
})

export interface CheckedLogsRequest {
  jobId: string
  taskIds?: string[] | null | undefined
  levels?: LogLevel[] | null | undefined
  services?: Service[] | null | undefined
}

type Service = 'PARTITIONER' | 'ASSEMBLER' | 'TASKRUNNER' | 'APP'

/**
 * Reads the body of `POST /logs`.
 * @throws {Refusal} 400 that lists every broken rule
 */
export function readLogsRequest(body: unknown): CheckedLogsRequest {
  return checkRequest(LogsRequest, body)
}

/** The response to `POST /logs` as JSON, piece by piece: all attempts of each part and task, in their order. */
export async function* writeLogs(jobs: Jobs, { jobId, taskIds, levels, services }: CheckedLogsRequest): AsyncGenerator<string> {
  const isWanted = (...names: Service[]): boolean => !services?.length || services.some((name) => names.includes(name))

  async function* lines(of: Omit<LogSource, 'attempt'>, attempts: number): AsyncGenerator<LogLine> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      for await (const line of jobs.log(jobId, { ...of, attempt })) if (!levels?.length || levels.includes(line.level)) yield line
    }
  }

  yield '{'
  for (const part of ['partitioner', 'assembler'] as const) {
    const attempts = isWanted(part === 'partitioner' ? 'PARTITIONER' : 'ASSEMBLER') ? await jobs.engineAttempts(jobId, part) : []
    yield `"${part}":[`
    yield* separated(lines({ part }, attempts.length))
    yield '],'
  }
  yield '"taskrunner":{'
  let isFirst = true
  for (const { id, chunk, attempts } of isWanted('TASKRUNNER', 'APP') ? jobs.tasks(jobId) : []) {
    if (taskIds?.length && !taskIds.includes(id)) continue
    yield `${isFirst ? '' : ','}${JSON.stringify(id)}:{"logs":[`
    isFirst = false
    yield* separated(lines({ part: 'app', chunk }, attempts))
    yield ']}'
  }
  yield '}}'
}

async function* separated(lines: AsyncIterable<LogLine>): AsyncGenerator<string> {
  let separator = ''
  for await (const line of lines) {
    yield separator + JSON.stringify(line)
    separator = ','
  }
}

const Count = v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'must be a whole number'), v.transform(Number))

const LogQuery = v.object({
  part: v.picklist(['partitioner', 'app', 'assembler'], 'must be partitioner, app or assembler'),
  chunk: v.optional(Count),
  attempt: v.optional(Count),
  follow: v.optional(
    v.pipe(
      v.picklist(['true', 'false'], 'must be true or false'),
      v.transform((text) => text === 'true'),
    ),
    'false',
  ),
})

/**
 * Reads the query of `GET /jobs/{id}/log`.
 * @throws {Refusal} 400
 */
export function readLogQuery(query: Record<string, string>): JobLogQuery & { follow: boolean } {
  const { chunk, attempt, ...rest } = checkRequest(LogQuery, query)
  if ((rest.part === 'app') !== (chunk !== undefined)) throw new Refusal(400, 'the log of a task needs part=app and its chunk')
  return { ...rest, ...(chunk !== undefined && { chunk }), ...(attempt !== undefined && { attempt }) }
}

/** One JSON object per line. */
export async function* writeLines(lines: AsyncIterable<LogLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`
}

/** Only what was printed. */
export async function* writeTexts(lines: AsyncIterable<LogLine>): AsyncGenerator<string> {
  for await (const { log } of lines) yield `${log}\n`
}
