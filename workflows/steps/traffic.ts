import { FULL_WEIGHT, routesFor, type Member, type TrafficState } from '../../src/plan/routes.js'
import type { InstanceSpec, Slot } from '../../src/plan/model.js'
import type { Host, Topology } from '../../src/topology/model.js'
import { briefly, quick, waiting } from './activities.js'

/** What one host's edge was told: changes of the same host wait for each other, and those that wait are told together. */
interface Told {
  queue: Promise<void>
  version: number
  told: number
}

/**
 * Who gets traffic, as this operation wants it. Changes are told to an edge one after another, whole and newest last, so
 * that two steps side by side cannot overwrite each other. A change of one instance is its own host's alone: another host that
 * is gone must not be in its way.
 */
export class Traffic {
  private readonly edges = new Map<string, Told>()

  constructor(
    private readonly topology: Topology,
    private readonly before: Topology | null,
    private readonly reach: Record<string, Host>,
    private readonly lost: ReadonlySet<string>,
    readonly state: TrafficState,
  ) {}

  exposes(resource: string): boolean {
    return (this.topology.resources[resource]?.expose.length ?? 0) > 0
  }

  member(instance: string): Member | undefined {
    return this.state.members.find((m) => m.instance === instance)
  }

  /** Takes an instance in, or back in, at full weight unless told otherwise. */
  async admit(
    spec: Pick<InstanceSpec, 'name' | 'resource' | 'slot' | 'host'>,
    address: string | null,
    weight: number = FULL_WEIGHT,
  ): Promise<void> {
    if (!this.exposes(spec.resource) || address === null) return
    const { name: instance, resource, slot, host } = spec
    const others = this.state.members.filter((m) => m.instance !== instance)
    const member: Member = { instance, resource, slot, host, address, weight, state: 'ready' }
    const at = this.state.members.findIndex((m) => m.instance === instance)
    this.state.members = at < 0 ? [...others, member] : this.state.members.map((m, i) => (i === at ? member : m))
    this.state.active[resource] ??= slot
    await this.tell(`admit ${instance}`, [host])
  }

  /** No new request from here on; returns when the last one is answered, with the number that had to be cut. */
  async drain(instance: string, drainMs: number): Promise<{ cut: number }> {
    const member = this.member(instance)
    if (member === undefined) return { cut: 0 }
    this.state.members = this.state.members.map((m) => (m.instance === instance ? { ...m, state: 'drain' } : m))
    await this.tell(`drain ${instance}`, [member.host])
    const via = this.via(member.host)
    return waiting({ summary: `${instance}: until its requests are answered`, waitMs: drainMs }).waitDrained({
      host: member.host,
      via,
      topology: this.topology.name,
      server: instance,
      deadlineMs: drainMs,
    })
  }

  /** Forgets an instance; drain it first. */
  async drop(instance: string): Promise<void> {
    const member = this.member(instance)
    if (member === undefined) return
    this.state.members = this.state.members.filter((m) => m.instance !== instance)
    await this.tell(`forget ${instance}`, [member.host])
  }

  async setWeights(weights: ReadonlyMap<string, number>): Promise<void> {
    this.state.members = this.state.members.map((m) => ({ ...m, weight: weights.get(m.instance) ?? m.weight }))
    await this.tell('set weights')
  }

  /** blueGreen: all public ports of the resource lead to the other set, at once. */
  async switchTo(slots: ReadonlyMap<string, Slot>): Promise<void> {
    for (const [resource, slot] of slots) this.state.active[resource] = slot
    await this.tell('switch')
  }

  /** Says the whole picture once more, where anything is or was exposed: declarations may have changed without an instance. */
  async settle(): Promise<void> {
    if (this.hosts().length > 0) await this.tell('as declared')
  }

  /** Every edge is told, also when another one cannot be. */
  private async tell(summary: string, hosts = this.hosts()): Promise<void> {
    const ends = await Promise.allSettled(hosts.map((host) => this.tellEdge(host, summary)))
    const failure = ends.find((end): end is PromiseRejectedResult => end.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  private tellEdge(host: string, summary: string): Promise<void> {
    const edge = this.edges.get(host) ?? { queue: Promise.resolve(), version: 0, told: 0 }
    this.edges.set(host, edge)
    const mine = ++edge.version
    const turn = edge.queue.then(async () => {
      if (edge.told >= mine) return
      const telling = edge.version
      await (this.lost.has(host) ? briefly : quick)({ summary: `${host}: ${summary}` }).applyRoutes({
        host,
        via: this.via(host),
        routes: routesFor(this.topology, host, this.state),
        certificates: this.certificates(),
      })
      edge.told = telling
    })
    edge.queue = turn.catch(() => undefined)
    return turn
  }

  private certificates(): { as: number; host: string | null; cert: string; key: string }[] {
    return Object.values(this.topology.resources).flatMap(({ expose }) =>
      expose.flatMap(({ as, host, certificate }) => (certificate === null ? [] : [{ as, host, ...certificate }])),
    )
  }

  /** Hosts that expose something, or did before, or where an attempt may have left something. */
  private hosts(): string[] {
    const exposing = [this.topology, ...(this.before === null ? [] : [this.before])].flatMap(({ resources }) =>
      Object.values(resources).flatMap(({ expose, on }) => (expose.length > 0 ? on : [])),
    )
    const elsewhere = Object.keys(this.reach).filter(
      (host) => this.topology.hosts[host] === undefined && this.before?.hosts[host] === undefined,
    )
    // A machine that got another name is reached, and told, by its new one.
    return [...new Set([...exposing, ...elsewhere])].filter((host) => this.reach[host] !== undefined)
  }

  private via(host: string): Host {
    const via = this.reach[host]
    if (via === undefined) throw new Error(`no host ${host}`)
    return via
  }
}
