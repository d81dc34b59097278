/**
 * Calls `use` with each of `items`, in their order, with at most `most` under way at once. Resolves when all is done; the first failure
 * lets what is under way end, starts nothing more, and is thrown.
 */
export const eachAtOnce = async <Item>(
  items: Iterable<Item>,
  most: number,
  use: (item: Item) => Promise<void>,
): Promise<void> => {
  const rest = oneAfterAnother(items)
  const workers = Array.from({ length: most }, async () => {
    // Shared: whoever throws ends the generator for all.
    for (const item of rest) await use(item)
  })
  const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

function* oneAfterAnother<Item>(items: Iterable<Item>): Generator<Item> {
  yield* items
}
