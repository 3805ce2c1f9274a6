import { addressKind } from '../hosts/kinds/addresses.js'
import { secretSource } from '../secrets/sources/sources.js'
import { machineOf } from './hosts.js'
import type { Topology } from './model.js'
import { pathText } from './problem.js'
import { backupSecrets, notifierSecrets, passphraseSecrets, secretRefs } from './secrets.js'

/** Something that the file may say but that a deploy cannot carry out yet. */
export interface Unsupported {
  /** Key path in the file. */
  path: string
  /** What it is and when it comes, in words. */
  what: string
}

/** What today's deploy would have to ignore: it refuses by these names instead. Empty when all can be carried out. */
export function unsupported(topology: Topology): Unsupported[] {
  return [
    ...Object.entries(topology.hosts).flatMap(([name, { kind }]) => {
      const what = addressKind(kind).unavailable
      return what === undefined ? [] : [{ path: pathText(['hosts', name, 'address']), what }]
    }),
    ...twoNames(topology.hosts),
    ...(topology.cluster === null
      ? []
      : [{ path: 'cluster', what: 'forming a cluster of nodes is not supported yet' }]),
    ...Object.entries(topology.observability).flatMap(([key, named]) =>
      named.length === 0 ? [] : [{ path: pathText(['observability', key]), what: `${key} are not supported yet` }],
    ),
    ...secretRefs(topology).flatMap(({ resource, name, ref }) => {
      const what = secretSource(ref.from).unavailable
      return what === undefined ? [] : [{ path: pathText(['resources', resource, 'environment', name]), what }]
    }),
    ...[...notifierSecrets(topology), ...passphraseSecrets(topology), ...backupSecrets(topology)].flatMap(
      ({ path, ref }) => {
        const what = secretSource(ref.from).unavailable
        return what === undefined ? [] : [{ path, what }]
      },
    ),
  ]
}

// Instances are found by machine: under two names each would be counted twice.
function twoNames(hosts: Topology['hosts']): Unsupported[] {
  const names = new Map<string, string>()
  return Object.entries(hosts).flatMap(([name, host]) => {
    const machine = machineOf(name, host)
    const other = names.get(machine)
    if (other === undefined) names.set(machine, name)
    return other === undefined
      ? []
      : [{ path: pathText(['hosts', name, 'address']), what: `this is the machine of host ${other}: declare it once` }]
  })
}
