import { onlySite } from '../../contracts/sites.js'
import type { Topology } from '../model.js'

/**
 * A host of `names` that the worker does not reach by itself that looks after the data of a topology: that of the site which all of its hosts
 * are of, else one for no site. What streams does not cross from site to site.
 */
export function outOfReach({ hosts }: Pick<Topology, 'hosts'>, names: readonly string[]): string | undefined {
  const from = onlySite(hosts)
  return names.find((name) => hosts[name] !== undefined && hosts[name].site !== from)
}
