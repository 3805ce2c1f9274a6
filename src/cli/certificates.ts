import type { Topology } from '../topology/model.js'

/**
 * What is to say of the certificates of a topology, as their files are now.
 * @throws Cul8erError INVALID_TOPOLOGY for one that can be read and cannot be used
 */
export async function certificatesNow(
  topology: Topology,
  directory: string,
): Promise<{ outOfReach: string[]; endSoon: string[] }> {
  // Most topologies have none, and commands are short.
  const named = Object.values(topology.resources).some(({ expose }) => expose.some((each) => each.certificate !== null))
  if (!named) return { outOfReach: [], endSoon: [] }
  const { checkedCertificates } = await import('../certificates/checked.js')
  return checkedCertificates(topology, { directory, now: new Date() })
}
