import { labelsOf } from '../../src/instances/commands.js'
import type { InstanceSpec, Labels, ObservedInstance } from '../../src/plan/model.js'
import { planChanges } from '../../src/plan/plan.js'
import { liveInstance } from '../../src/plan/planned-change.js'
import type { TopologyRoutes } from '../../src/traffic/model.js'
import { readState } from '../../src/contracts/exported-state.js'
import type { Activities, Stamp } from '../../src/contracts/index.js'

type Instance = ObservedInstance & { labels: Labels }

/** Hosts, instances and edges in memory, changed by the activities at once: for tests where only time matters. */
export class FakeWorld {
  readonly instances = new Map<string, Instance>()
  readonly routes = new Map<string, TopologyRoutes>()
  /** What was asked for, in order: `installRelease shop-web-1`. */
  readonly asked: string[] = []

  constructor(private readonly over: (world: FakeWorld) => Partial<Activities> = () => ({})) {}

  activities(): Activities {
    const all: Activities = {
      planOperation: async ({ revision, base, dirty, standby, without, force }) =>
        planChanges({ revision, base, observed: [...this.instances.values()], dirty, standby, without, force }),
      ensureProject: async () => {},
      copyImage: async () => ({ copied: true }),
      findOwned: async () => [...this.instances.values()].map(liveInstance),
      ensureInstance: async ({ spec, stamp }) => {
        const created = !this.instances.has(spec.name)
        if (created) this.make(spec, stamp)
        return { address: null, created }
      },
      configureInstance: async ({ spec, stamp }) => {
        Object.assign(this.find(spec.name), { labels: labelsOf(spec, stamp, new Map()), config: spec.config })
      },
      installRelease: async () => {},
      waitUntilHealthy: async ({ spec }) => ({
        address: this.find(spec.name).addresses[0] ?? null,
        report: { healthy: true, successes: 1, failures: 0, errors: 0, last: null, waitedMs: 0 },
      }),
      confirmHealthy: async () => {},
      takeSnapshot: async () => {},
      runHook: async () => ({ lines: [] }),
      deleteSnapshot: async () => {},
      restoreSnapshot: async () => {},
      pruneSnapshots: async () => ({ removed: [] }),
      stopApp: async () => {},
      startInstance: async ({ name }) => {
        this.find(name).status = 'Running'
      },
      stopInstance: async ({ name }) => {
        this.find(name).status = 'Stopped'
      },
      deleteInstance: async ({ name }) => {
        this.instances.delete(name)
      },
      deleteVolume: async () => {},
      setRole: async ({ name, role }) => {
        this.find(name).labels.role = role
      },
      applyRoutes: async ({ host, routes }) => {
        this.routes.set(host, routes)
      },
      waitDrained: async () => ({ cut: 0 }),
      removeRoutes: async ({ host }) => {
        this.routes.delete(host)
      },
      analyse: async () => ({ verdict: 'pass' }),
      watchHealth: async () => null,
      watchHosts: async () => null,
      lookForDrift: async () => null,
      watchLoad: async () => null,
      findCopies: async () => ({ copies: [], silent: [] }),
      promoteCopy: async () => ({ taken: null }),
      demoteCopy: async () => {},
      copyToHost: async () => ({ lastMs: 0 }),
      takeOver: async () => ({ taken: null }),
      finishMove: async () => {},
      putBack: async () => {},
      dropCopy: async () => {},
      backUp: async ({ known }) => ({ backups: known, changes: [], nextAt: '9999-01-01T00:00:00.000Z' }),
      backUpInstance: async () => ({ id: 'b', takenAt: '2026-01-01T00:00:00.000Z', bytes: 0 }),
      findBackup: () => Promise.reject(new Error('nobody backs up a fake world')),
      fetchBackup: async () => ({ taken: null }),
      placeFetched: async () => {},
      takeOutFetched: async () => {},
      dropFetched: async () => {},
      replicate: async ({ known }) => ({ replicas: known, changes: [], nextAt: '9999-01-01T00:00:00.000Z' }),
      numbersInUse: async () => ({ operation: 0, revision: 0, instances: [] }),
      checkState: async ({ state }) => readState(state),
      awaitOperation: async () => null,
      keepLogs: async () => ({ kept: [] }),
      tell: async () => {},
      pruneArtifacts: async () => ({ removed: 0 }),
      readSlice: async () => null,
      keepTtlSchedule: async () => 'unsupported',
      expiryWritten: async () => ({ known: false }),
      labelExpiry: async () => ({ changed: 0 }),
      reachExpiry: async () => 'stale',
      sweepExpired: async () => ({ schedules: [], expired: [], foreign: [] }),
      inspect: () => Promise.reject(new Error('nobody inspects a fake world')),
    }
    const activities = { ...all, ...this.over(this) }
    return Object.fromEntries(
      Object.entries(activities).map(([name, run]) => [
        name,
        (input: { spec?: InstanceSpec; name?: string }) => {
          this.asked.push([name, input?.spec?.name ?? input?.name ?? ''].join(' ').trim())
          return (run as (input: unknown) => Promise<unknown>)(input)
        },
      ]),
    ) as unknown as Activities
  }

  /** Names with their release. */
  releases(): Record<string, string | null> {
    return Object.fromEntries([...this.instances.values()].map(({ name, labels }) => [name, labels.release]))
  }

  /** Share of the requests that go to an instance now, percent. */
  share(instance: string): number {
    const servers = [...this.routes.values()].flatMap(({ pools }) => pools.flatMap((pool) => pool.servers))
    const weight = (of: typeof servers): number =>
      of.filter(({ state }) => state === 'ready').reduce((sum, server) => sum + server.weight, 0)
    return Math.round((100 * weight(servers.filter(({ name }) => name === instance))) / weight(servers))
  }

  private make(spec: InstanceSpec, stamp: Stamp): void {
    this.instances.set(spec.name, {
      host: spec.host,
      name: spec.name,
      type: spec.type,
      status: 'Running',
      config: spec.config,
      devices: spec.devices,
      labels: labelsOf(spec, stamp, new Map()),
      addresses: [`10.0.0.${this.instances.size + 1}`],
      snapshots: [],
      createdAt: '2026-01-01T00:00:00Z',
    })
  }

  private find(name: string): Instance {
    const found = this.instances.get(name)
    if (found === undefined) throw new Error(`no instance ${name}`)
    return found
  }
}
