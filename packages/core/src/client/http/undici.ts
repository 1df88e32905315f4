import type { Agent, Dispatcher } from 'undici'

/** The parts of undici that a request needs. */
export interface UndiciParts {
  Agent: typeof Agent
  /** What the whole package adds to every dispatcher as a method. */
  request: (this: Dispatcher, options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>
}

/**
 * Loads only these parts. The whole package takes three times as long, and gives Node's own `fetch` another dispatcher, in
 * every process that loads it. If a later version keeps its parts elsewhere, it is loaded as a whole.
 */
export async function loadUndiciParts(): Promise<UndiciParts> {
  try {
    // @ts-expect-error: there are no declarations of its files.
    const agent = (await import('undici/lib/dispatcher/agent.js')) as { default: UndiciParts['Agent'] }
    // @ts-expect-error
    const api = (await import('undici/lib/api/api-request.js')) as { default: UndiciParts['request'] }
    return { Agent: agent.default, request: api.default }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const { Agent, Dispatcher } = await loadUndici()
    return { Agent, request: Dispatcher.prototype.request }
  }
}

/**
 * Loads all of undici. By the path of its file, because Bun puts a module of its own in the place of `undici`, which has neither
 * dispatchers nor timeouts.
 */
export function loadUndici(): Promise<typeof import('undici')> {
  return import('undici/index.js')
}
