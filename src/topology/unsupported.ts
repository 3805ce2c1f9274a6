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
    ...(topology.cluster === null ? [] : [{ path: 'cluster', what: 'forming a cluster of nodes comes later' }]),
    ...secretRefs(topology)
      .filter(({ ref }) => ref.from === 'vault')
      .map(({ resource, name }) => ({
        path: pathText(['resources', resource, 'environment', name]),
        what: 'secrets from Vault come later',
      })),
  ]
}

const REMOTE = { ssh: 'hosts over SSH come later', incus: 'Incus remotes come later' }
