import type { ObservedInstance } from '../../../src/plan/model.js'
import { Cul8erError } from '../../../src/errors.js'
import type { TopologyRoutes } from '../../../src/traffic/model.js'
import { placeOf, type AppBehaviour, type Effect, type InstanceState } from './model.js'

/** Hosts, instances and edges as they really are. Only activities and people change them. */
export class World {
  readonly instances = new Map<string, InstanceState>()
  /** By `host/topology`. */
  readonly edges = new Map<string, TopologyRoutes>()
  readonly apps = new Map<string, AppBehaviour>()
  /** Hosts that do not answer, until when. */
  readonly away = new Map<string, number>()
  /** Hosts that are off, or cut off. */
  readonly outages = new Map<string, Outage>()
  private snapshots = 0
  private volumes = 0
  private addresses = 0
  private lastWrites: number

  constructor(
    readonly now: () => number,
    private readonly effect: (effect: Effect) => void = () => {},
  ) {
    this.lastWrites = now()
  }

  tell(effect: Effect): void {
    this.effect(effect)
  }

  /** @throws Cul8erError UNREACHABLE while a host is away */
  reach(host: string): void {
    if (this.isOut(host)) throw new Cul8erError('UNREACHABLE', `${host} does not answer`)
  }

  isOut(host: string): boolean {
    return (this.away.get(host) ?? 0) > this.now() || this.outages.has(host)
  }

  /** power: what runs there stops. network: nobody reaches it from outside, and what is there goes on. */
  goOut(host: string, kind: Outage['kind']): void {
    this.letWrite()
    if (this.outages.has(host)) return
    const ran = this.on(host).filter(({ status }) => status === 'Running')
    this.outages.set(host, { kind, since: this.now(), ran: new Set(ran.map(placeOf)) })
    if (kind === 'network') return
    for (const instance of ran) {
      instance.status = 'Stopped'
      this.effect({ kind: 'changed', by: POWER, instance })
    }
  }

  /** As Incus does when it starts: `boot.autostart` says what runs; where it is not set, what ran before does. */
  comeBack(host: string): void {
    this.letWrite()
    const outage = this.outages.get(host)
    this.outages.delete(host)
    if (outage?.kind !== 'power') return
    for (const instance of this.on(host)) {
      const { 'boot.autostart': autostart = '' } = instance.config
      if (autostart === '' ? !outage.ran.has(placeOf(instance)) : autostart !== 'true') continue
      instance.status = 'Running'
      if (instance.app !== null) instance.app.since = this.now()
      this.effect({ kind: 'changed', by: POWER, instance })
    }
  }

  /** Does something as if a host were there. */
  despite(host: string, act: () => void): void {
    const outage = this.outages.get(host)
    this.outages.delete(host)
    try {
      act()
    } catch (error) {
      if ((error as Error).name !== 'Cul8erError') throw error
    } finally {
      if (outage !== undefined) this.outages.set(host, outage)
    }
  }

  on(host: string): InstanceState[] {
    return [...this.instances.values()].filter((instance) => instance.host === host)
  }

  /** Differs for each. */
  uniqueName(): string {
    this.snapshots += 1
    return this.snapshots.toString(36).padStart(8, '0')
  }

  find(at: { host: string; name: string }): InstanceState | null {
    return this.instances.get(placeOf(at)) ?? null
  }

  /** @throws Cul8erError NOT_FOUND */
  mustFind(at: { host: string; name: string }): InstanceState {
    const found = this.find(at)
    if (found === null) throw new Cul8erError('NOT_FOUND', `instance ${at.name} is no longer on ${at.host}`)
    return found
  }

  /** What hosts show of it. */
  observed(hosts: Iterable<string>): ObservedInstance[] {
    const named = new Set(hosts)
    return [...this.instances.values()].filter(({ host }) => named.has(host)).map(observedOf)
  }

  newVolume(): number {
    return (this.volumes += 1)
  }

  newAddress(): string {
    this.addresses += 1
    return `10.0.${this.addresses >> 8}.${this.addresses & 255}`
  }

  isHealthy({ status, app }: InstanceState): boolean {
    if (status !== 'Running' || app === null) return false
    const behaviour = app.release === null ? undefined : this.apps.get(app.release)
    if (behaviour === undefined || behaviour.kind === 'good') return true
    return behaviour.kind === 'breaksLater' && this.now() < app.since + behaviour.afterMs
  }

  routes(host: string, topology: string): TopologyRoutes | null {
    return this.edges.get(`${host}/${topology}`) ?? null
  }

  setRoutes(host: string, topology: string, routes: TopologyRoutes | null, by: string): void {
    this.letWrite()
    const before = this.routes(host, topology)
    if (routes === null) this.edges.delete(`${host}/${topology}`)
    else this.edges.set(`${host}/${topology}`, structuredClone(routes))
    for (const { host: at, name } of this.serving(topology)) {
      const instance = at === host ? this.find({ host, name }) : null
      // Who is let in gets a request at once.
      if (instance !== null && !serves(before, name)) instance.data.written += 1
    }
    this.effect({ kind: 'routed', by, host, before, now: this.routes(host, topology) })
  }

  /** Who gets requests, by what the edges were told, with the share of its pool. */
  serving(topology: string): Serving[] {
    return [...this.edges].flatMap(([key, routes]) =>
      routes.topology === topology ? servingOf(key.split('/')[0]!, routes) : [],
    )
  }

  /** Everybody who is used has written since the last change: to be called before each. */
  letWrite(): void {
    const ms = this.now() - this.lastWrites
    this.lastWrites = this.now()
    if (ms <= 0) return
    const used = new Set([...this.edges].flatMap(([key, routes]) => servingOf(key.split('/')[0]!, routes)).map(placeOf))
    for (const [place, instance] of this.instances) {
      if (instance.status === 'Running' && (used.has(place) || instance.usedInside)) instance.data.written += ms
    }
  }

  /** For a comparison later. */
  copy(): Map<string, InstanceState> {
    this.letWrite()
    return new Map([...this.instances].map(([place, instance]) => [place, structuredClone(instance)]))
  }
}

export interface Outage {
  kind: 'power' | 'network'
  /** ms since the epoch. */
  since: number
  /** Places of what ran when it went. */
  ran: ReadonlySet<string>
}

/** Who changes what runs on a host when its power goes and comes. */
export const POWER = 'the power'

export interface Serving {
  host: string
  name: string
  pool: string
  /** From 0 to 1. */
  share: number
}

function servingOf(host: string, { routes, pools }: TopologyRoutes): Serving[] {
  const open = new Set(routes.map(({ pool }) => pool))
  return pools
    .filter(({ name }) => open.has(name))
    .flatMap(({ name: pool, servers }) => {
      const taking = servers.filter(({ state, weight }) => state === 'ready' && weight > 0)
      const all = taking.reduce((sum, { weight }) => sum + weight, 0)
      return taking.map(({ name, weight }) => ({ host, name, pool, share: weight / all }))
    })
}

const serves = (routes: TopologyRoutes | null, name: string): boolean =>
  routes !== null && servingOf('', routes).some((serving) => serving.name === name)

export const observedOf = ({
  stateful,
  data,
  app,
  usedInside,
  snapshots,
  ...instance
}: InstanceState): ObservedInstance => {
  void [stateful, data, app, usedInside]
  return structuredClone({ ...instance, snapshots: snapshots.map(({ name, createdAt }) => ({ name, createdAt })) })
}
