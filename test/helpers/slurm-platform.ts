import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, type Client } from 'bytenite-uploader'
import { connectJobApi, type JobCalls } from './job-api.ts'
import { serve, type ServeProgram } from './serve.ts'
import type { Cluster } from './slurm-cluster.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface SlurmPlatform extends JobCalls {
  program: ServeProgram
  client: Client
  /** For builds that publish to it. */
  env: Record<string, string>
  directory: string
  /** Ends it, and starts it again on the same port. */
  restart(signal: NodeJS.Signals): Promise<SlurmPlatform>
}

/** `bytenite-local serve --runner slurm` as a process of its own. */
export async function startSlurmPlatform(cluster: Cluster, flags: string[] = []): Promise<SlurmPlatform> {
  return open(cluster, ['--port', '0', '--dir', await temporaryDirectory(), ...flags])
}

async function open(cluster: Cluster, flags: string[]): Promise<SlurmPlatform> {
  const program = await serve(['--runner', 'slurm', ...flags], cluster.env)
  const env = program.exports()
  const { BYTENITE_API_URL: apiUrl = '' } = env
  const directory = flags[flags.indexOf('--dir') + 1] ?? ''
  const apiKey = (await readFile(join(directory, 'api-key'), 'utf8')).trim()
  return {
    ...(await connectJobApi({ apiUrl, apiKey })),
    program,
    directory,
    client: createClient({ apiUrl, credentials: { apiKey } }),
    env: { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: apiKey },
    async restart(signal) {
      program.kill(signal)
      await program.end()
      return open(cluster, flags.with(flags.indexOf('--port') + 1, new URL(apiUrl).port))
    },
  }
}
