import type { Scaling } from '../topology/model.js'

/** What was measured at one moment. */
export interface LoadLook {
  /** ms since the epoch. */
  at: number
  /** What one instance bears on average, in the unit of the target; null: not known. */
  load: number | null
}

/**
 * Between two looks, ms, and for how long more instances must have been wanted before any is added, ms. Kubernetes' HorizontalPodAutoscaler
 * looks every 15 s; a shorter cool-down than usual asks for more looks.
 */
export const paceOf = ({ coolDownMs }: Pick<Scaling, 'coolDownMs'>): { everyMs: number; moreAfterMs: number } => ({
  everyMs: Math.min(15_000, Math.max(2_000, Math.round(coolDownMs / 6))),
  moreAfterMs: Math.min(30_000, coolDownMs),
})

/** A load within a tenth of the target changes nothing; the default of Kubernetes' HorizontalPodAutoscaler. */
const NEAR = 10

/** Instances that would bear the same load at the target: the formula of Kubernetes' HorizontalPodAutoscaler. */
export function wantedCount(count: number, load: number, { min, max, target }: Scaling): number {
  const isNear = Math.abs(load - target.value) <= target.value / NEAR
  const wanted = isNear ? count : Math.ceil((count * load) / target.value)
  return Math.min(max, Math.max(min, wanted))
}

/**
 * How many instances there are to be, and the load that says so; null: as many as there are, or nobody knows. More come once all looks of
 * the last moments want more: as many as the least of them wants, twice as many as there are at most. Fewer are kept once none of the looks of
 * the whole cool-down wants more than that. A look that found no load decides nothing, nor does a time without looks.
 */
export function decide(
  looks: readonly LoadLook[],
  { count, scaling, nowMs }: { count: number; scaling: Scaling; nowMs: number },
): { count: number; load: number } | null {
  const { everyMs, moreAfterMs } = paceOf(scaling)
  const more = over(looks, { forMs: moreAfterMs, everyMs, nowMs })
  if (more !== null) {
    const wanted = Math.min(...more.map((load) => wantedCount(count, load, scaling)), count * 2)
    if (wanted > count) return { count: wanted, load: mean(more) }
  }
  const fewer = over(looks, { forMs: scaling.coolDownMs, everyMs, nowMs })
  if (fewer === null) return null
  const wanted = Math.max(...fewer.map((load) => wantedCount(count, load, scaling)))
  return wanted < count ? { count: wanted, load: mean(fewer) } : null
}

/** Loads of the last `forMs`; null: it was not looked at for so long, or not all of it is known. */
function over(
  looks: readonly LoadLook[],
  { forMs, everyMs, nowMs }: { forMs: number; everyMs: number; nowMs: number },
): number[] | null {
  const from = nowMs - forMs
  const first = looks.findLastIndex(({ at }) => at <= from)
  if (first === -1) return null
  const within = looks.slice(first)
  const gap = within.some(({ at }, i) => at - (within[i - 1]?.at ?? at) > TOO_LATE * everyMs)
  const loads = within.map(({ load }) => load)
  return gap || nowMs - within.at(-1)!.at > TOO_LATE * everyMs || loads.includes(null) ? null : (loads as number[])
}

/** A look that comes so many times later than it should leaves a gap: a host was slow, or the worker away. */
const TOO_LATE = 3

const mean = (loads: readonly number[]): number => loads.reduce((sum, load) => sum + load, 0) / loads.length

/** Looks that a decision may still need. */
export const stillNeeded = (
  looks: readonly LoadLook[],
  { scaling, nowMs }: { scaling: Scaling; nowMs: number },
): LoadLook[] => looks.filter(({ at }) => at > nowMs - scaling.coolDownMs - (TOO_LATE + 1) * paceOf(scaling).everyMs)
