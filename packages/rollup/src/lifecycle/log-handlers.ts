import type { InputOptions } from './hooks.js'

/**
 * Calls `onThrow` if a log handler throws, which fails the build: Rolldown throws that error after writeBundle and
 * passes it to no hook. The handlers are replaced in place, because not every bundler uses what an `options` hook returns.
 */
export function watchLogHandlers(options: InputOptions, onThrow: () => void): void {
  const handlers = options as Record<string, unknown>
  for (const key of ['onLog', 'onwarn']) {
    const handler = handlers[key]
    if (typeof handler !== 'function') continue
    handlers[key] = function (this: unknown, ...parameters: unknown[]): unknown {
      try {
        return handler.apply(this, parameters) as unknown
      } catch (error) {
        onThrow()
        throw error
      }
    }
  }
}
