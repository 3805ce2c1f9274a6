/* Which workers do what an activity is asked. */

/**
 * The site whose workers reach the host that an activity is about: its input says so by `via`. undefined: it is about none, about several, or
 * about one of no site.
 */
export function siteOfInput(input: unknown): string | undefined {
  const via = (input as { via?: { site?: unknown } } | null | undefined)?.via
  return typeof via?.site === 'string' ? via.site : undefined
}

/** The site that all hosts are of; undefined: none, or there are several. */
export function onlySite(hosts: Record<string, { site?: string }>): string | undefined {
  const [first, ...others] = bySite(hosts)
  return others.length === 0 ? first?.site : undefined
}

/** Hosts by their site; those of none under undefined. In the order of the topology. */
export function bySite<H extends { site?: string }>(
  hosts: Record<string, H>,
): { site: string | undefined; hosts: Record<string, H> }[] {
  const groups = new Map<string | undefined, Record<string, H>>()
  for (const [name, host] of Object.entries(hosts)) {
    groups.set(host.site, { ...groups.get(host.site), [name]: host })
  }
  return [...groups].map(([site, each]) => ({ site, hosts: each }))
}
