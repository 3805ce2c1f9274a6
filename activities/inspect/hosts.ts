import type { HostRow } from '../../src/contracts/index.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import {
  hostResources,
  listInstances,
  listPools,
  parseHostResources,
  parsePools,
  parseServer,
  serverInfo,
  type IncusCommand,
} from '../../src/incus/index.js'
import { observe } from '../../src/instances/observe.js'
import type { Labels } from '../../src/plan/model.js'
import type { Host } from '../../src/topology/model.js'
import type { ActivityDeps } from '../deps.js'
import { asCul8erError } from '../errors.js'
import { maskedError } from '../secrets.js'
import type { Inspection } from './inspection.js'
import { poolRoom, roomOf } from './pool-room.js'
import { within } from './within.js'

/** What each host is, has and uses, side by side. */
export const inspectHosts: Inspection<'hosts'> = (deps, { hosts, limitMs }, signal) =>
  Promise.all(Object.entries(hosts).map(([name, host]) => rowOf(deps, { name, host, limitMs, signal })))

async function rowOf(
  { executorFor }: ActivityDeps,
  { name, host, limitMs, signal }: { name: string; host: Host; limitMs: number; signal: AbortSignal },
): Promise<HostRow> {
  const row: HostRow = {
    ...{ name, address: host.address, kind: host.kind, platform: host.platform, reachable: false },
    ...(host.site === undefined ? {} : { site: host.site }),
    ...{ incus: null, architecture: null, vms: null, cpus: null, memory: null, pools: [] },
    ...{ cordoned: null, instances: null },
  }
  try {
    await within(limitMs, signal, (until) => fill(row, executorFor(name, host), until))
  } catch (error) {
    signal.throwIfAborted()
    row.error = asCul8erError(maskedError(error)).toJSON()
  }
  // What is still under way may write to the row.
  return { ...row }
}

/** As far as it gets: a host that answers half of it is shown with that half. */
async function fill(row: HostRow, executor: HostExecutor, signal: AbortSignal): Promise<void> {
  const ask = async (command: IncusCommand): Promise<string> => (await executor.run(command, { signal })).stdout
  const { version, architectures, vms, cordoned } = parseServer(await ask(serverInfo()))
  Object.assign(row, { reachable: true, incus: version, architecture: architectures[0] ?? null, vms, cordoned })
  await Promise.all([
    ask(hostResources()).then((text) => {
      const { cpus, memoryBytes, usedMemoryBytes } = parseHostResources(text)
      Object.assign(row, { cpus, memory: roomOf({ totalBytes: memoryBytes, usedBytes: usedMemoryBytes }) })
    }),
    ask(listPools()).then(async (text) => {
      row.pools = await Promise.all(
        parsePools(text).map(async ({ name, driver }) => ({
          name,
          driver,
          ...(await poolRoom(name, ask)),
        })),
      )
    }),
    ask(listInstances({ allProjects: true })).then((text) => {
      const all = observe(row.name, text)
      const ours = all.flatMap(({ labels }) => labels ?? [])
      row.instances = { ours: ours.length, all: all.length, topologies: countsOf(ours) }
    }),
  ])
}

function countsOf(labels: readonly Labels[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { topology, role } of labels) if (role !== 'edge') counts[topology] = (counts[topology] ?? 0) + 1
  return counts
}
