import { join } from 'node:path'
import type { HostExecutor } from '../hosts/executor.js'
import type { Host } from '../topology/model.js'
import { emulatedEdge } from './emulated.js'
import { haproxyEdge } from './haproxy/edge.js'
import type { Edge } from './model.js'

export interface EdgesOptions {
  executorFor: (name: string, host: Host) => HostExecutor
  /** Folder of the embedded service; what edges of emulated hosts know is kept below it. */
  home: string
}

/** The load balancer of each host, by the kind of the host. */
export function createEdges({ executorFor, home }: EdgesOptions): { edgeFor(name: string, host: Host): Edge } {
  // An edge knows when it last saw to its programs.
  const made = new WeakMap<HostExecutor, Edge>()
  return {
    edgeFor(name, host) {
      const executor = executorFor(name, host)
      const edge =
        made.get(executor) ??
        (host.kind === 'emulated'
          ? emulatedEdge({ folder: join(home, 'emulator', 'edges', executor.host) })
          : haproxyEdge({ executor }))
      made.set(executor, edge)
      return edge
    },
  }
}
