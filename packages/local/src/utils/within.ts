/**
 * Waits for a promise, but not longer than some milliseconds.
 * @returns `undefined` if that was not enough
 */
export async function within<Value>(promise: Promise<Value>, timeout: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeout)
  })
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer))
}
