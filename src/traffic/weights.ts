/** HAProxy's and most balancers' range. */
export const MAX_WEIGHT = 256

export interface CanaryWeights {
  /** One weight for each stable server, in order; likewise for the canary's. */
  stable: number[]
  canary: number[]
}

/**
 * Weights that give all canary servers together `percent` of the traffic. Weights are whole numbers, so at lopsided
 * counts (50 canaries for 1 %) some servers of the larger side get 0: the share is right first, then as many servers take
 * part as possible. Off by at most half a point at up to 200 servers a side, tested for every count to 60.
 */
export function canaryWeights({
  stable,
  canary,
  percent,
}: {
  stable: number
  canary: number
  percent: number
}): CanaryWeights {
  const share = Math.min(Math.max(percent, 0), 100) / 100
  if (canary === 0 || share === 0) return spread({ stable, canary }, { servers: stable, weight: FULL }, NONE)
  if (stable === 0 || share === 1) return spread({ stable, canary }, NONE, { servers: canary, weight: FULL })
  let best = { error: Infinity, stable: NONE, canary: NONE }
  for (const counts of takingPart(stable, canary)) {
    const found = bestPair(counts, share)
    if (found.error < best.error) best = found
    if (best.error <= CLOSE_ENOUGH) break
  }
  return spread({ stable, canary }, best.stable, best.canary)
}

const FULL = 100
// Of the share: a quarter of a point, well inside the two points that are promised.
const CLOSE_ENOUGH = 0.0025
const NONE: Side = { servers: 0, weight: 0 }

interface Side {
  servers: number
  weight: number
}

/** How many servers take part, all of them first; then fewer of one side. */
function* takingPart(stable: number, canary: number): Generator<{ stable: number; canary: number }> {
  yield { stable, canary }
  for (let fewer = Math.max(stable, canary) - 1; fewer > 0; fewer -= 1) {
    if (fewer < canary) yield { stable, canary: fewer }
    if (fewer < stable) yield { stable: fewer, canary }
  }
}

function bestPair(
  counts: { stable: number; canary: number },
  share: number,
): { error: number; stable: Side; canary: Side } {
  const odds = (share * counts.stable) / ((1 - share) * counts.canary)
  let best = { error: Infinity, weights: [0, 0] as [number, number] }
  for (let weight = 1; weight <= MAX_WEIGHT; weight += 1) {
    const candidates: [number, number][] = [
      [weight, Math.round(weight * odds)],
      [Math.round(weight / odds), weight],
    ]
    for (const [s, c] of candidates) {
      if (s < 1 || c < 1 || s > MAX_WEIGHT || c > MAX_WEIGHT) continue
      const error = Math.abs((c * counts.canary) / (c * counts.canary + s * counts.stable) - share)
      if (error < best.error - 1e-9) best = { error, weights: [s, c] }
    }
  }
  const [s, c] = best.weights
  return {
    error: best.error,
    stable: { servers: counts.stable, weight: s },
    canary: { servers: counts.canary, weight: c },
  }
}

function spread(counts: { stable: number; canary: number }, stable: Side, canary: Side): CanaryWeights {
  const weights = (count: number, side: Side): number[] =>
    Array.from({ length: count }, (_, index) => (index < side.servers ? side.weight : 0))
  return { stable: weights(counts.stable, stable), canary: weights(counts.canary, canary) }
}
