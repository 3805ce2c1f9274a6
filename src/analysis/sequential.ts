import { logSum, mixed, type Bet } from './mixture.js'
import type { Observation } from './observation.js'

/** Requests of one side, and how many of them failed. */
export interface Count {
  requests: number
  errors: number
}

/** What the windows so far say of errors. */
export interface ErrorEvidence {
  /** Where the last window ended, ms by the host's clock; 0: there was none. */
  throughMs: number
  canary: Count
  stable: Count
  /** Errors of the canary beyond its share of all errors, window by window. */
  excess: number
  /** What `excess` is divided by to be a difference of two rates (Mantel and Haenszel). */
  weight: number
  /** Natural logarithm of the gain of each bet. */
  logs: number[]
}

export const noErrors = (): ErrorEvidence => ({
  throughMs: 0,
  canary: { requests: 0, errors: 0 },
  stable: { requests: 0, errors: 0 },
  excess: 0,
  weight: 0,
  logs: BETS.map(() => 0),
})

/**
 * Sequential test of "the canary's requests fail no more often than the stable set's", one-sided.
 *
 * Within a window all that counts is which side the errors hit. Given how many requests each side had and how many failed in all,
 * the canary's errors follow the hypergeometric distribution if both sides are alike, whatever the error rate is and however it
 * changes from window to window. Against it, each bet says that the odds of failing are so many times higher at the canary
 * (Fisher's noncentral hypergeometric distribution); the likelihood ratio is an e-value: its mean is 1 at most when the canary is
 * not worse. So is the product over all windows, and so is the average over the bets. By Ville's inequality it exceeds 1/alpha
 * with a probability of alpha at most, at any of the looks, however many there are.
 *
 * Ramdas, Grünwald, Vovk, Shafer: Game-Theoretic Statistics and Safe Anytime-Valid Inference, Statistical Science 38 (2023);
 * Turner, Ly, Grünwald: Generic E-variables for exact sequential k-sample tests that allow for optional stopping, Journal of
 * Statistical Planning and Inference 230 (2024); here conditional on the margins of each window, as Fisher's exact test is.
 *
 * It takes requests to fail independently of each other: one client whose requests all fail and who sticks to one instance is
 * an error of that instance.
 */
export function addErrors(
  before: ErrorEvidence,
  { windows, throughMs }: { windows: readonly Observation[][]; throughMs: number },
): ErrorEvidence {
  return windows.map(counted).reduce(addWindow, { ...before, throughMs })
}

/** The evidence as one number: how many times better the bets on a worse canary did than chance. */
export const errorEvidence = ({ logs }: ErrorEvidence): number => Math.exp(mixed(BETS, logs))

/** Difference of the two error rates, window by window; null: both sides never had requests in one window. */
export const errorDifference = ({ excess, weight }: ErrorEvidence): number | null =>
  weight === 0 ? null : excess / weight

interface Counts {
  canary: Count
  stable: Count
}

function addWindow(before: ErrorEvidence, { canary, stable }: Counts): ErrorEvidence {
  const requests = canary.requests + stable.requests
  const errors = canary.errors + stable.errors
  return {
    ...before,
    canary: sum(before.canary, canary),
    stable: sum(before.stable, stable),
    excess: before.excess + canary.errors - (errors * canary.requests) / requests,
    weight: before.weight + (canary.requests * stable.requests) / requests,
    logs: gains({ canary, stable }).map((gain, i) => gain + (before.logs[i] ?? 0)),
  }
}

/** Logarithm of each bet's likelihood ratio for one window. */
export function gains({ canary, stable }: Counts): number[] {
  const errors = canary.errors + stable.errors
  const least = Math.max(0, errors - stable.requests)
  const most = Math.min(errors, canary.requests)
  if (least === most) return BETS.map(() => 0)
  // Logarithms of the hypergeometric probabilities of each number of errors, up to a common term.
  const chances = [0]
  for (let x = least; x < most; x += 1) {
    const ratio = ((canary.requests - x) * (errors - x)) / ((x + 1) * (stable.requests - errors + x + 1))
    chances.push((chances.at(-1) ?? 0) + Math.log(ratio))
  }
  const all = logSum(chances)
  return BETS.map(({ odds }) => {
    const log = Math.log(odds)
    return canary.errors * log + all - logSum(chances.map((chance, i) => chance + (least + i) * log))
  })
}

function counted(window: readonly Observation[]): Counts {
  const counts = { canary: { requests: 0, errors: 0 }, stable: { requests: 0, errors: 0 } }
  for (const { canary, failed } of window) {
    const side = canary ? counts.canary : counts.stable
    side.requests += 1
    if (failed) side.errors += 1
  }
  return counts
}

const sum = (a: Count, b: Count): Count => ({ requests: a.requests + b.requests, errors: a.errors + b.errors })

/** How many times higher the odds of failing are at the canary. None is below 1.5: who fails 1.1 times as often passes. */
const BETS: readonly (Bet & { odds: number })[] = [
  { odds: 1.5, share: 0.25 },
  { odds: 2, share: 0.35 },
  { odds: 3, share: 0.2 },
  { odds: 5, share: 0.1 },
  { odds: 20, share: 0.1 },
]
