/** One of the bets that evidence is the average of. */
export interface Bet {
  /** Share of the stake; those of all bets add up to 1. */
  share: number
}

/** Natural logarithm of the average of all bets' gains, by the logarithms of their gains. */
export function mixed(bets: readonly Bet[], logs: readonly number[]): number {
  return logSum(bets.map(({ share }, i) => Math.log(share) + (logs[i] ?? 0)))
}

/** log(sum of exp), without overflow. */
export function logSum(logs: readonly number[]): number {
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity)
  if (most === -Infinity) return most
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0))
}
