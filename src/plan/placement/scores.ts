/*
 * Scores of a host for an instance, as in Nomad's scheduler (scheduler/rank.go, nomad/structs/funcs.go): each from -1 to 1, and the
 * score is the mean of those that there are.
 */

/** Free shares of a host with the instance on it, from 0 to 1. */
export interface FreeShares {
  cpu: number
  memory: number
}

/** Nomad's most for a fit: both formulas give 0 to 18. */
const MOST = 18
const clamped = (score: number): number => Math.min(MOST, Math.max(0, score)) / MOST

/** 1 for a host that is full, 0 for an empty one. */
export const binpack = ({ cpu, memory }: FreeShares): number => clamped(20 - 10 ** cpu - 10 ** memory)

/** 1 for an empty host, 0 for one that is full. */
export const spread = ({ cpu, memory }: FreeShares): number => clamped(10 ** cpu + 10 ** memory - 2)

/** null where no instance of the resource is there. `desired` is how many there are to be in all. */
export const collisions = (there: number, desired: number): number | null =>
  there === 0 ? null : -(there + 1) / Math.max(1, desired)

/** What of all preferences is met, less what is violated; null where there are none. */
export const affinity = ({ met, violated, all }: { met: number; violated: number; all: number }): number | null =>
  all === 0 ? null : (met - violated) / all

/** The mean of the scores that there are, to nine digits, so that equal hosts are equal; 0 where there are none. */
export function mean(scores: readonly (number | null)[]): number {
  const present = scores.filter((score) => score !== null)
  if (present.length === 0) return 0
  return Math.round((present.reduce((sum, score) => sum + score, 0) / present.length) * 1e9) / 1e9
}
