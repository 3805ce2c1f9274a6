import { vi } from 'vitest'

/**
 * The first answer of a probe that is something; an error counts as nothing yet.
 * @throws the probe's last error, or one that names its last answer, when `timeoutMs` are over
 */
export const until = <T>(
  probe: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 50 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<NonNullable<T>> =>
  vi.waitFor(
    async () => {
      const found = await probe()
      if (!found) throw new Error(`still ${String(found)} after ${timeoutMs} ms`)
      return found
    },
    { timeout: timeoutMs, interval: everyMs },
  )
