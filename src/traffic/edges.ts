import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import { executorKind } from '../hosts/executors.js'
import type { Host } from '../topology/model.js'
import { EDGES, type EdgeChoice } from './balancers.js'
import { emulatedEdge } from './emulated.js'
import { MAKERS, type EdgeMaker } from './makers.js'
import type { Edge } from './model.js'

export interface EdgesOptions {
  executorFor: (name: string, host: Host) => HostExecutor
  /** Folder of the embedded service; what edges of emulated hosts know is kept below it. */
  home: string
}

/** The load balancer of each host: the one that it declares, or that of its kind. */
export function createEdges({ executorFor, home }: EdgesOptions): {
  /** @throws Cul8erError NOT_SUPPORTED_YET for a balancer that this cul8er does not know: it may be of a newer one */
  edgeFor(name: string, host: Host): Edge
} {
  // An edge knows when it last saw to its programs. Two topologies may say different things of one host.
  const made = new WeakMap<HostExecutor, Map<string, Edge>>()

  function make(name: string, host: Host, executor: HostExecutor): Edge {
    if (host.edge === undefined && executorKind(name, host).edgeInFolder === true) {
      return emulatedEdge({ folder: join(home, 'emulator', 'edges', executor.host) })
    }
    const choice = host.edge ?? ({ kind: EDGES.usual } as EdgeChoice)
    const maker = Object.hasOwn(MAKERS, choice.kind) ? (MAKERS[choice.kind] as EdgeMaker) : undefined
    if (maker === undefined) {
      throw new Cul8erError('NOT_SUPPORTED_YET', `host ${name}: this cul8er knows no balancer ${choice.kind}`, {
        hint: `upgrade cul8er, or write another \`edge\` for the host`,
      })
    }
    return maker({ name, address: host.address, executor, choice })
  }

  return {
    edgeFor(name, host) {
      const executor = executorFor(name, host)
      const edges = made.get(executor) ?? new Map<string, Edge>()
      made.set(executor, edges)
      const key = JSON.stringify(host.edge ?? null)
      const edge = edges.get(key) ?? make(name, host, executor)
      edges.set(key, edge)
      return edge
    },
  }
}
