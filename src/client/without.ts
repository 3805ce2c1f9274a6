import { Cul8erError } from '../errors.js'
import { nearest } from '../topology/nearest.js'
import type { Topology } from '../topology/model.js'
import type { LedgerState } from '../contracts/index.js'

/**
 * Hosts to leave out, each once.
 * @param declared - what is to be deployed; null: only what was deployed counts
 * @throws Cul8erError USAGE for a host that the topology does not have and never had, and where none of what is declared would be left
 */
export function hostsToLeaveOut(
  without: readonly string[],
  declared: Topology | null,
  state: Pick<LedgerState, 'topology' | 'revisions'> | null,
): string[] {
  const topologies = [...(declared === null ? [] : [declared]), ...(state?.revisions ?? []).map((r) => r.topology)]
  const known = [...new Set(topologies.flatMap(({ hosts }) => Object.keys(hosts)))]
  for (const host of without) if (!known.includes(host)) throw unknownHost(host, known, topologies[0]?.name)
  if (declared !== null && without.length > 0 && Object.keys(declared.hosts).every((host) => without.includes(host)))
    throw new Cul8erError('USAGE', `no host of ${declared.name} is left: each of them is in --without`, {
      hint: 'name only hosts that are gone',
    })
  return [...new Set(without)]
}

function unknownHost(host: string, known: string[], topology = 'the topology'): Cul8erError {
  const meant = nearest(host, known)
  return new Cul8erError(
    'USAGE',
    `${topology} has no host ${host}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    { hint: known.length === 0 ? 'it has no hosts' : `its hosts are ${known.join(', ')}` },
  )
}
