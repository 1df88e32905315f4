/**
 * Asks a question, and does something else while the response is on its way. An error of `look` ends the question, and is the
 * one that is thrown, whatever becomes of the question.
 * @param ask gets a signal that aborts it
 * @param signal aborts the question, too
 */
export async function lookMeanwhile<Asked, Looked>(
  ask: (signal: AbortSignal) => Promise<Asked>,
  look: () => Promise<Looked>,
  signal: AbortSignal | undefined,
): Promise<[Asked, Looked]> {
  const stop = new AbortController()
  const asking = ask(signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]))
  // What it rejects with is thrown below, unless something else is.
  asking.catch(() => {})
  try {
    const looked = await look()
    return [await asking, looked]
  } catch (error) {
    stop.abort(error)
    await asking.catch(() => {})
    throw error
  }
}
