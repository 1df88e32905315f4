import { readFileSync, statSync } from 'node:fs'
import { UsageError } from 'bytenite-uploader/internal/command-line'
import type { JobConfig, JobParams } from 'bytenite-uploader/wire-jobs'

/** The options of every command that submits a job. */
export const JOB_OPTIONS: {
  input: { value: string; description: string }
  params: { value: string; description: string }
  'partitioner-params': { value: string; description: string }
  'assembler-params': { value: string; description: string }
  timeout: { value: string; description: string }
} = {
  input: { value: '<file>', description: "The job's data (default: those of its template, or none)" },
  params: { value: '<json>', description: "The app's parameters: JSON, or the path of a .json file" },
  'partitioner-params': { value: '<json>', description: "The partitioner's parameters" },
  'assembler-params': { value: '<json>', description: "The assembler's parameters" },
  timeout: { value: '<seconds>', description: 'Stop a task that takes longer (default: no limit)' },
}

type JobValues = { [Name in keyof typeof JOB_OPTIONS]: string | undefined }

/** What is submitted besides the parts of the job. */
export interface JobInput {
  /** Path of the file with the data. */
  input: string | undefined
  params: JobParams
  config: JobConfig
}

/** @throws {UsageError} for a value that cannot be used; {@link Error} for a file that cannot be read */
export function readJobOptions(values: JobValues): JobInput {
  const { input, timeout } = values
  const params = { ...readParams('partitioner', '--partitioner-params', values['partitioner-params']), ...readNewParams(values) }
  // A job that is no test job runs active apps only, and nothing is active that was just published.
  const config = { isTestJob: true, ...(timeout !== undefined && { taskTimeout: readTimeout(timeout) }) }
  if (input !== undefined && !statSync(input).isFile()) throw new Error(`${input} is not a file. Save the data to a file first.`)
  return { input, params, config }
}

/** The parameters that may be others when a job runs again. @throws {UsageError}, or {@link Error} for a file that cannot be read */
export function readNewParams(values: Pick<JobValues, 'params' | 'assembler-params'>): JobParams {
  return {
    ...readParams('app', '--params', values.params),
    ...readParams('assembler', '--assembler-params', values['assembler-params']),
  }
}

function readParams(part: keyof JobParams, option: string, given: string | undefined): JobParams {
  if (given === undefined) return {}
  const isFile = given.endsWith('.json')
  const text = isFile ? readFileSync(given, 'utf8') : given
  try {
    return { [part]: JSON.parse(text) as unknown }
  } catch (error) {
    const reason = `is not valid JSON: ${(error as Error).message}`
    throw isFile ? new Error(`${given} ${reason}`, { cause: error }) : new UsageError(`${option} ${reason}`, { cause: error })
  }
}

/** As the platform's limit is. */
const MAX_SECONDS = 2_147_483

function readTimeout(text: string): number {
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds > 0 && seconds <= MAX_SECONDS) return seconds
  throw new UsageError(`Invalid --timeout "${text}": expected a whole number of seconds from 1 to ${MAX_SECONDS}.`)
}
