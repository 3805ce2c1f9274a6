import { machineOf } from './hosts.js'
import type { Topology } from './model.js'
import { pathText } from './problem.js'
import { secretRefs } from './secrets.js'

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
    ...Object.entries(topology.hosts).flatMap(([name, { kind }]) =>
      kind === 'ssh' || kind === 'incus' ? [{ path: pathText(['hosts', name, 'address']), what: REMOTE[kind] }] : [],
    ),
    ...twoNames(topology.hosts),
    ...(topology.cluster === null ? [] : [{ path: 'cluster', what: 'forming a cluster of nodes comes later' }]),
    ...Object.entries(topology.observability).flatMap(([key, named]) =>
      named.length === 0 ? [] : [{ path: pathText(['observability', key]), what: `${key} come later` }],
    ),
    ...secretRefs(topology)
      .filter(({ ref }) => ref.from === 'vault')
      .map(({ resource, name }) => ({
        path: pathText(['resources', resource, 'environment', name]),
        what: 'secrets from Vault come later',
      })),
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
      : [{ path: pathText(['hosts', name, 'address']), what: `this is the machine of host ${other}: give it one name` }]
  })
}

const REMOTE = { ssh: 'hosts over SSH come later', incus: 'Incus remotes come later' }
