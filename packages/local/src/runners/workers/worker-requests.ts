import { mkdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { removeTree } from '../../utils/remove-tree.js'
import type { RemoteRequest, RemoteResponse } from '../runner.js'
import { ArchiveError, packDirectories, unpackDirectories } from './archives.js'
import type { AttemptDesk } from './attempt-desk.js'
import { describeAttempt, outputsOf, type DescribeOptions } from './describe-attempt.js'
import type { ByeRequest, ClaimRequest, ReportedEnding, ReportRequest } from './protocol.js'
import type { SharedDirectory } from './shared-directory.js'
import { attemptToken, isSame } from './tokens.js'
import type { OpenClaim, WorkerBatch } from './worker-batch.js'

export interface WorkerRequestsOptions extends DescribeOptions {
  desk: AttemptDesk
  /** @returns `later` for one that an earlier run of the platform knew, as long as it is not decided what becomes of it */
  find: (batchId: string) => WorkerBatch | 'later' | undefined
  /** Whether the platform stops. Then workers are to ask again later. */
  isClosed: () => boolean
  shared: SharedDirectory | undefined
}

const OVER: RemoteResponse = { status: 410 }
const LATER: RemoteResponse = { status: 503 }

/** Answers workers, as `protocol.ts` has it. */
export class WorkerRequests {
  readonly #options: WorkerRequestsOptions
  readonly #underWay = new Set<Promise<unknown>>()
  /** Of attempts whose results are being received: a worker may send them again before it is known that the first try failed. */
  readonly #receiving = new WeakMap<OpenClaim, Promise<void>>()

  constructor(options: WorkerRequestsOptions) {
    this.#options = options
  }

  async handle(request: RemoteRequest): Promise<RemoteResponse> {
    if (this.#options.isClosed()) return LATER
    const answering = this.#answer(request).catch((error: Error): RemoteResponse => {
      if (error instanceof ArchiveError) return { status: 400 }
      throw error
    })
    this.#underWay.add(answering)
    try {
      return await answering
    } finally {
      this.#underWay.delete(answering)
    }
  }

  /** Resolves when all requests under way are answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay)
  }

  /** Removes what is shared of a batch. */
  async purge(batchId: string): Promise<void> {
    await this.#options.shared?.purge(batchId)
  }

  async #answer(request: RemoteRequest): Promise<RemoteResponse> {
    const [batchId = '', first = '', second = ''] = request.path.split('/')
    const batch = this.#options.find(batchId)
    if (batch === 'later') return LATER
    // Also one that is over: its workers are to end.
    if (batch === undefined) return OVER
    if (/^\d+$/.test(first)) return this.#answerAttempt(batch, Number(first), second, request)
    if (!isSame(request.secret, batch.secret)) return { status: 401 }
    switch (first) {
      case 'claim':
        return this.#claim(batch, (await request.json()) as ClaimRequest)
      case 'code':
        return { status: 200, content: packDirectories({ '.': batch.batch.code.directory }) }
      case 'bye':
        await this.#options.desk.bye(((await request.json()) as ByeRequest).worker)
        return { status: 204 }
      default:
        return { status: 404 }
    }
  }

  async #answerAttempt(batch: WorkerBatch, index: number, what: string, request: RemoteRequest): Promise<RemoteResponse> {
    if (!isSame(request.secret, attemptToken(batch.secret, index))) return { status: 401 }
    const claim = batch.claims.get(index)
    if (claim === undefined) return OVER
    switch (what) {
      case 'input':
        return { status: 200, content: packDirectories(inputsOf(claim)) }
      case 'report':
        return { status: 200, content: { next: this.#options.desk.report(batch, claim, (await request.json()) as ReportRequest) } }
      case 'end':
        return this.#end(batch, claim, request)
      default:
        return { status: 404 }
    }
  }

  async #claim(batch: WorkerBatch, request: ClaimRequest): Promise<RemoteResponse> {
    const { desk, shared, container } = this.#options
    for (;;) {
      const claim = await desk.claim(batch, request)
      if (claim === undefined) return { status: 204 }
      const { index, workspace } = claim
      let failure: 'lost' | 'unstartable' = 'lost'
      try {
        const paths = { scratch: request.scratch, shared: await shared?.open(batch.batch, index, workspace) }
        failure = 'unstartable'
        const content = await describeAttempt(batch.batch, index, attemptToken(batch.secret, index), workspace, paths, { container })
        return { status: 200, content }
      } catch (error) {
        await desk.end(batch, claim, { type: failure, reason: (error as Error).message })
      }
    }
  }

  /** The results come with the end, so that there are either both or none. */
  async #end(batch: WorkerBatch, claim: OpenClaim, request: RemoteRequest): Promise<RemoteResponse> {
    const { desk, shared } = this.#options
    const ending = JSON.parse(request.query.get('ending') ?? '') as ReportedEnding
    const { index, workspace } = claim
    if (ending.type === 'exited' && ending.exitCode === 0) {
      if (shared !== undefined) await shared.collect(batch.batch, index, workspace)
      else await this.#receive(batch, claim, request)
    }
    const isFirst = await desk.end(batch, claim, ending)
    await shared?.remove(batch.batch, index)
    if (isFirst) return { status: 204 }
    // The attempt was given up while its results came, and nobody else removes them.
    await removeTree(workspace.directory)
    return OVER
  }

  async #receive(batch: WorkerBatch, claim: OpenClaim, request: RemoteRequest): Promise<void> {
    const before = this.#receiving.get(claim)
    const receiving = (before ?? Promise.resolve()).then(() => receive(claim, request))
    this.#receiving.set(
      claim,
      receiving.catch(() => {}),
    )
    try {
      await receiving
    } catch (error) {
      if (error instanceof ArchiveError)
        await this.#options.desk.end(batch, claim, { type: 'lost', reason: `its results could not be read: ${error.message}` })
      throw error
    }
  }
}

function inputsOf({ workspace }: OpenClaim): Record<string, string> {
  const inputs = Object.values(workspace.directories).filter(({ content }) => content === 'input')
  return Object.fromEntries(inputs.map(({ path }) => [basename(path), path]))
}

/** Unpacks the results in place of what an earlier try may have left. */
async function receive({ workspace }: OpenClaim, request: RemoteRequest): Promise<void> {
  const outputs = Object.fromEntries(outputsOf(workspace).map(({ path }) => [basename(path), path]))
  for (const path of Object.values(outputs)) {
    await removeTree(path)
    await mkdir(path, { recursive: true, mode: 0o700 })
  }
  await unpackDirectories(request.body(), outputs)
}
