/** Looks at so many at the same time, in order: a status shall be quick, and not a load. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  size: number,
  look: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let i = 0; i < items.length; i += size) {
    results.push(...(await Promise.all(items.slice(i, i + size).map(look))))
  }
  return results
}
