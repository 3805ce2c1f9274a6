import { setTimeout as sleep } from 'node:timers/promises'

export interface Pace {
  /** ms between the end of a look and the next one. */
  everyMs: number
  /** ms after which there is no further look. */
  withinMs: number
  signal?: AbortSignal
}

/**
 * Looks until something is found. There is always a first look, and the last one comes after the time is over, so that what
 * happened in the meantime is not missed.
 * @returns undefined when nothing was found in time
 * @throws what a look throws, and the signal's reason
 */
export async function poll<T>(
  look: () => Promise<T | undefined> | T | undefined,
  { everyMs, withinMs, signal }: Pace,
): Promise<T | undefined> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const isLast = Date.now() >= deadline
    const found = await look()
    if (found !== undefined || isLast) return found
    await sleep(everyMs, undefined, { signal })
  }
}

/** The same for what either holds or does not. */
export const becomes = async (holds: () => Promise<boolean> | boolean, pace: Pace): Promise<boolean> =>
  (await poll(async () => ((await holds()) ? true : undefined), pace)) ?? false
