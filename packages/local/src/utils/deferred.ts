/** A promise that is settled from elsewhere. */
export interface Deferred<Value = void> {
  promise: Promise<Value>
  resolve: (value: Value) => void
  reject: (error: Error) => void
}

export function createDeferred<Value = void>(): Deferred<Value> {
  let resolve!: (value: Value) => void
  let reject!: (error: Error) => void
  const promise = new Promise<Value>((...settle) => ([resolve, reject] = settle))
  return { promise, resolve, reject }
}
