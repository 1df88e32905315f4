/** A promise that is resolved from elsewhere. */
export interface Deferred {
  promise: Promise<void>
  resolve: () => void
}

export function createDeferred(): Deferred {
  let resolve!: () => void
  const promise = new Promise<void>((given) => (resolve = given))
  return { promise, resolve }
}
