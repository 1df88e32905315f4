import type { BuildOutcome } from 'rollup-plugin-bytenite/lifecycle'
import type { Builder } from './types.js'

/**
 * The builds of several environments that make up one app and are published together. Each of them closes its own
 * bundle. Only Vite's `buildApp` knows when the last one is done, and under a watcher it never does.
 */
export class AppBuild {
  readonly #chosen: readonly string[] | undefined
  readonly #outcomes = new Map<string, BuildOutcome>()
  /** The environments to wait for; `undefined` while no app is built, or one of a single environment. */
  #expected: Set<string> | undefined
  /** How many app builds have begun within one another, and not ended. */
  #depth = 0
  #builder: Builder | undefined
  /** Whether a watcher builds. */
  isWatching = false
  /** Whether several environments are, or were, built as one app. */
  isApp = false

  /** @param chosen names of the environments whose output is published; all of them by default */
  constructor(chosen: readonly string[] | undefined) {
    this.#chosen = chosen
  }

  /** An app build begins. A single environment needs no waiting. One that begins within another is part of it. */
  begin(builder: Builder): void {
    const names = Object.keys(builder.environments)
    if (this.#depth === 0 || this.#hasEndedEarly(builder)) {
      this.#depth = 0
      this.#builder = builder
      this.#outcomes.clear()
      this.#expected = undefined
    }
    this.#depth++
    if (this.#expected !== undefined || names.length > 1) this.#expected = new Set([...(this.#expected ?? []), ...names])
    this.isApp = this.#expected !== undefined
  }

  /** No hook is called when an app build fails. Another builder after a failure is that of a new attempt. */
  #hasEndedEarly(builder: Builder): boolean {
    return builder !== this.#builder && [...this.#outcomes.values()].some(({ status }) => status === 'failure')
  }

  /** @returns what to publish now; `undefined` while there is more to come */
  gather(name: string, outcome: BuildOutcome, isWatching: boolean): readonly BuildOutcome[] | undefined {
    this.isWatching = isWatching
    this.#outcomes.set(name, outcome)
    if (this.#expected === undefined) {
      this.#outcomes.clear()
      return this.#conclusion(new Map([[name, outcome]]))
    }
    return isWatching ? this.#complete() : undefined
  }

  /**
   * Called in the last hook of an app build. Vite itself builds environments that no hook has built, but only after the
   * last hook, which would be too late here.
   */
  async buildRest(builder: Builder): Promise<void> {
    const environments = Object.values(builder.environments)
    if (this.#expected === undefined || environments.some(({ isBuilt }) => isBuilt)) return
    for (const environment of environments) await builder.build(environment as never)
  }

  /**
   * The app build is done: everything has been built or, under a watcher, has begun to be.
   * @returns what to publish now, if anything
   */
  finish({ environments }: Builder): readonly BuildOutcome[] | undefined {
    this.#depth = Math.max(0, this.#depth - 1)
    if (this.#depth > 0 || this.#expected === undefined) return undefined
    if (this.isWatching) {
      const built = Object.keys(environments).filter((name) => environments[name]?.isBuilt)
      if (built.length > 0) this.#expected = new Set(built)
      return this.#complete()
    }
    this.#expected = undefined
    if (this.#outcomes.size === 0) return [{ status: 'failure', reason: 'the app build built none of its environments' }]
    return this.#conclusion(this.#outcomes)
  }

  /** Under a watcher: the latest outcomes, once each environment has one. */
  #complete(): readonly BuildOutcome[] | undefined {
    if (this.#outcomes.size === 0 || [...(this.#expected ?? [])].some((name) => !this.#outcomes.has(name))) return undefined
    return this.#conclusion(this.#outcomes)
  }

  /** The failure of any environment, otherwise the outputs of the chosen ones. */
  #conclusion(outcomes: ReadonlyMap<string, BuildOutcome>): readonly BuildOutcome[] {
    for (const [name, outcome] of outcomes) {
      if (outcome.status !== 'failure') continue
      const reason = outcomes.size > 1 ? `in the environment "${name}", ${outcome.reason}` : outcome.reason
      return [{ status: 'failure', reason }]
    }
    const chosen = [...outcomes].filter(([name]) => this.#chosen?.includes(name) ?? true).map(([, outcome]) => outcome)
    if (chosen.length > 0) return chosen
    const names = this.#chosen?.join(', ') ?? ''
    return [{ status: 'failure', reason: `this build has none of the environments to publish (${names})` }]
  }
}
