import { CancellationScope, condition } from '@temporalio/workflow'

/*
 * The only places in workflows where things run side by side (a lint rule sees to it): nothing is abandoned, whatever fails.
 */

export type End<T> = { value: T } | { error: unknown }

/** Every one to its end, good or bad; in the order of the input. */
export async function settleAll<T>(runs: readonly Promise<T>[]): Promise<End<T>[]> {
  const ends = await Promise.allSettled(runs)
  return ends.map((end) => (end.status === 'fulfilled' ? { value: end.value } : { error: end.reason as unknown }))
}

/** Every one to its end; then the first failure, if there is one, is thrown. */
export async function all<T>(runs: readonly Promise<T>[]): Promise<T[]> {
  const ends = await settleAll(runs)
  return ends.map((end) => {
    if ('error' in end) throw end.error
    return end.value
  })
}

/**
 * Runs `each` over the items, at most `atOnce` at a time, and returns how each ended; `goOn` is asked before each further one.
 * What was not begun has no end.
 */
export async function inTurns<T, R>(
  items: readonly T[],
  each: (item: T) => Promise<R>,
  { atOnce = Infinity, goOn = () => true }: { atOnce?: number; goOn?: () => boolean } = {},
): Promise<Map<T, End<R>>> {
  const ends = new Map<T, End<R>>()
  const left = items[Symbol.iterator]()
  const runner = async (): Promise<void> => {
    for (;;) {
      if (!goOn()) return
      const next = left.next()
      if (next.done === true) return
      const [end] = await settleAll([each(next.value)])
      if (end !== undefined) ends.set(next.value, end)
    }
  }
  await all(Array.from({ length: Math.min(atOnce, items.length) }, runner))
  return ends
}

/**
 * Runs all side by side until every one has ended, one has failed, or `until` holds. What still runs then is cancelled and comes to
 * its end before this returns.
 * @returns whether `until` ended it
 * @throws the first failure
 */
export async function untilFirst(runs: readonly (() => Promise<void>)[], until: () => boolean): Promise<boolean> {
  const scope = new CancellationScope({ cancellable: true })
  const works = runs.map((run) => scope.run(run))
  const held = scope.run(() => condition(until))
  try {
    return await Promise.race([Promise.all(works).then(() => false), held.then(() => true)])
  } finally {
    scope.cancel()
    await settleAll([...works, held])
  }
}

/** Runs `side` beside `main`: it is cancelled when `main` has ended, and what it fails with is dropped. */
export async function beside<T>(main: () => Promise<T>, side: () => Promise<void>): Promise<T> {
  const scope = new CancellationScope({ cancellable: true })
  // It may end long before `main` does, when both are cancelled.
  const other = settleAll([scope.run(side)])
  const [end] = await settleAll([main()])
  scope.cancel()
  await other
  if (end === undefined || 'error' in end) throw end?.error
  return end.value
}

/**
 * Tells how a promise ends without waiting for it: the one place where workflow code lets a promise go. Nothing is lost with
 * it, a rejection is told like a result.
 */
export function whenSettled<T>(promise: Promise<T>, tell: (how: PromiseSettledResult<T>) => void): void {
  promise.then(
    (value) => tell({ status: 'fulfilled', value }),
    (reason: unknown) => tell({ status: 'rejected', reason }),
  )
}
