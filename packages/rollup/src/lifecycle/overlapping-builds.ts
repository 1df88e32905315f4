import { joinOutputs } from './build-output.js'
import { WROTE_NOTHING, type BuildOutcome, type BuildState } from './build-state.js'

/** Builds that overlap in time, with one plugin for all, are outputs of one app. They end when the last of them does. */
export class OverlappingBuilds {
  readonly #open = new Set<BuildState>()
  #outcomes: BuildOutcome[] = []

  begin(build: BuildState): void {
    this.#open.add(build)
  }

  /** @returns the outcome of all of them, once none is open */
  end(build: BuildState, outcome: BuildOutcome): BuildOutcome | undefined {
    this.#open.delete(build)
    this.#outcomes.push(outcome)
    // A script may go on without closing a build that failed.
    for (const other of this.#open) {
      if (!other.hasFailed) return undefined
      this.#outcomes.push(other.take() ?? outcome)
    }
    this.#open.clear()
    const outcomes = this.#outcomes
    this.#outcomes = []
    return join(outcomes)
  }

  /** Those that have begun and not ended. */
  get open(): ReadonlySet<BuildState> {
    return this.#open
  }

  /** How many have ended while others were open. */
  get waiting(): number {
    return this.#outcomes.length
  }
}

function join(outcomes: readonly BuildOutcome[]): BuildOutcome {
  const [only] = outcomes
  if (only !== undefined && outcomes.length === 1) return only
  const failures = outcomes.filter((outcome) => outcome.status === 'failure')
  // One that was only generated takes nothing away from what others wrote.
  const failure = failures.find(({ reason }) => reason !== WROTE_NOTHING)
  if (failure !== undefined) return { status: 'failure', reason: `in one of ${outcomes.length} builds that overlap, ${failure.reason}` }
  const successes = outcomes.filter((outcome) => outcome.status === 'success')
  if (successes.length === 0) return { status: 'failure', reason: WROTE_NOTHING }
  return { status: 'success', outputIn: (root) => joinOutputs(successes.map(({ outputIn }) => outputIn(root))) }
}
