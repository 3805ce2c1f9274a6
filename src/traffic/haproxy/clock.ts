/**
 * A time of this process's clock by a host's clock, which was asked for the seconds and answered in between. Where both may show
 * the same, they are taken to: a question's way would otherwise move the time at each look.
 */
export function atHost(
  ms: number,
  { askedAt, answeredAt, hostSeconds }: { askedAt: number; answeredAt: number; hostSeconds: number },
): number {
  const least = hostSeconds * 1_000 - answeredAt
  const most = hostSeconds * 1_000 + 999 - askedAt
  return ms + Math.min(Math.max(0, least), most)
}
