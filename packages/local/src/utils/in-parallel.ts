/** Works on all items, so many at once. After the first error, no other is begun; it is thrown when those under way have ended. */
export async function inParallel<Item>(items: Iterable<Item>, atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failure: { error: unknown } | undefined
  const next = async (): Promise<void> => {
    for (let turn = iterator.next(); !turn.done && failure === undefined; turn = iterator.next()) {
      try {
        await work(turn.value)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  if (failure !== undefined) throw failure.error
}
