import { Cul8erError } from '../../src/errors.js'
import { probe } from '../../src/health/probe.js'
import { backupRows } from '../../src/plan/backups/rows.js'
import { numbersShown } from '../../src/plan/numbers-shown.js'
import { oursOf } from '../../src/plan/ours.js'
import { replicaRows } from '../../src/plan/replication/rows.js'
import { planChanges } from '../../src/plan/plan.js'
import type { ObservedInstance, Revision } from '../../src/plan/model.js'
import { behind, serverName } from '../../src/plan/reach.js'
import { instanceSpec } from '../../src/plan/specs.js'
import { placeKey } from '../../src/plan/place-key.js'
import { isOf, type Ours } from '../../src/plan/planned-change.js'
import type { InstanceStatusRow } from '../../src/contracts/index.js'
import { shares, type Share } from '../../src/traffic/shares.js'
import type { ActivityDeps } from '../deps.js'
import { observeEach } from '../observe.js'
import { inBatches } from './in-batches.js'
import type { Inspection } from './inspection.js'

/** Probes at a time. */
const PROBES = 16

/**
 * Each instance as its host shows it, with its health, and what is missing. A host that gives no answer is named; what was there is not
 * missing, as far as it may not be made elsewhere.
 * @throws Cul8erError as the hosts answer, where none gives one
 */
export const inspectStatus: Inspection<'status'> = async (
  deps,
  { topology, revision, standby = [], operation },
  signal,
) => {
  const { hosts, project } = revision.topology
  const { observed, unreachable } = await observeEach(deps.executorFor, hosts, project, signal)
  const [first] = unreachable
  if (first !== undefined && unreachable.length === Object.keys(hosts).length) {
    throw new Cul8erError(first.error.code, first.error.message, first.error)
  }
  const without = unreachable.map(({ host }) => host)
  const ours = oursOf(topology, observed)
  const planned = planChanges({ revision, base: revision, observed, standby, without, force: true })
  // A copy has the name of its original.
  const changes = planned.changes.filter(({ from }) => from?.role !== 'replica')
  const stopped = ours.filter(({ status }) => status !== 'Running')
  const traffic = await sharesOf(deps, revision, stopped)
  const rows = await inBatches(ours, PROBES, async (instance) => ({
    ...(await row(deps, revision, instance, signal)),
    weight: traffic.get(placeKey(instance))?.weight ?? null,
    traffic: traffic.get(placeKey(instance))?.percent ?? null,
    drift: changes
      .filter(() => instance.labels.role === 'live' || instance.labels.operation !== String(operation))
      .filter((change) => isOf(change, instance))
      .flatMap(({ reasons }) => reasons),
  }))
  const backups = backupRows(revision, observed, without, Date.now())
  const replicas = replicaRows(revision, observed, without, Date.now())
  return {
    instances: [...rows, ...missing(changes, observed)],
    unreachable,
    shown: numbersShown(ours),
    ...(replicas.length === 0 ? {} : { replicas }),
    ...(backups.length === 0 ? {} : { backups }),
  }
}

/** Instances that should be there and are not. */
const missing = (
  changes: ReturnType<typeof planChanges>['changes'],
  observed: ObservedInstance[],
): InstanceStatusRow[] =>
  changes
    .filter((change) => change.action === 'create' && !observed.some((instance) => isOf(change, instance)))
    .map(({ instance, resource, host, reasons }) => ({
      name: instance,
      resource,
      host,
      state: 'Missing',
      address: null,
      version: null,
      health: 'unhealthy',
      weight: null,
      traffic: null,
      drift: reasons,
    }))

async function row(
  deps: ActivityDeps,
  revision: Revision,
  instance: Ours,
  signal: AbortSignal,
): Promise<InstanceStatusRow> {
  const { name, host, labels, addresses } = instance
  return {
    name,
    resource: labels.resource,
    host,
    state: instance.status,
    address: addresses[0] ?? null,
    version: labels.release?.split('@')[1] ?? null,
    health: await health(deps, revision, instance, signal),
    weight: null,
    traffic: null,
    drift: [],
  }
}

async function health(
  deps: ActivityDeps,
  revision: Revision,
  { host, labels, addresses, status: state }: Ours,
  signal: AbortSignal,
): Promise<InstanceStatusRow['health']> {
  const via = revision.topology.hosts[host]
  if (state !== 'Running') return 'unhealthy'
  if (via === undefined || revision.topology.resources[labels.resource] === undefined) return 'unknown'
  const spec = instanceSpec(revision, labels, host, labels.color)
  if (spec.healthcheck === null) return 'healthy'
  const { outcome } = await probe(
    spec.healthcheck.probe,
    { spec, executor: deps.executorFor(host, via), address: addresses[0] ?? null },
    { timeoutMs: spec.healthcheck.timeoutMs, signal },
  )
  return outcome === 'ok' ? 'healthy' : outcome === 'failure' ? 'unhealthy' : 'unknown'
}

/** By the key of a place. */
async function sharesOf(
  deps: ActivityDeps,
  { topology }: Revision,
  stopped: readonly Ours[],
): Promise<Map<string, Share>> {
  const exposing = Object.entries(topology.hosts).filter(([name]) =>
    Object.values(topology.resources).some(({ expose, on }) => expose.length > 0 && on.includes(name)),
  )
  const pictures = await Promise.all(
    exposing.map(async ([edge, host]) => ({
      edge,
      routes: await deps
        .edgeFor(edge, host)
        .current(topology.name)
        .catch(() => null),
    })),
  )
  return new Map(
    pictures.flatMap(({ edge, routes }) => {
      // One of another host gets as much of its own edge's requests.
      if (routes === null) return []
      const silent = new Set(stopped.map(({ name: instance, host }) => serverName(edge, { instance, host })))
      return [...shares(routes, silent)].flatMap(([server, share]) => {
        const { instance: name, host } = behind(edge, server)
        return host === edge ? [[placeKey({ host, name }), share] as const] : []
      })
    }),
  )
}
