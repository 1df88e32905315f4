/** The items that pass, one after the other. */
export function* filter<Item>(items: Iterable<Item>, isWanted: (item: Item) => boolean): Generator<Item, void, undefined> {
  for (const item of items) if (isWanted(item)) yield item
}
