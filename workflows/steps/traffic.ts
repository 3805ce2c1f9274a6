import { FULL_WEIGHT, routesFor, type Member, type TrafficState } from '../../src/plan/routes.js'
import type { InstanceSpec, Slot } from '../../src/plan/model.js'
import type { Host, Topology } from '../../src/topology/model.js'
import { quick, waiting } from './activities.js'

/**
 * Who gets traffic, as this operation wants it. Changes are told to the edges one after another, whole and newest last, so
 * that two steps side by side cannot overwrite each other; changes that wait are told together.
 */
export class Traffic {
  private queue: Promise<void> = Promise.resolve()
  private version = 0
  private told = 0

  constructor(
    private readonly topology: Topology,
    private readonly before: Topology | null,
    private readonly reach: Record<string, Host>,
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
    await this.tell(`admit ${instance}`)
  }

  /** No new request from here on; returns when the last one is answered, with the number that had to be cut. */
  async drain(instance: string, drainMs: number): Promise<{ cut: number }> {
    const member = this.member(instance)
    if (member === undefined) return { cut: 0 }
    this.state.members = this.state.members.map((m) => (m.instance === instance ? { ...m, state: 'drain' } : m))
    await this.tell(`drain ${instance}`)
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
    if (this.member(instance) === undefined) return
    this.state.members = this.state.members.filter((m) => m.instance !== instance)
    await this.tell(`forget ${instance}`)
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

  private async tell(summary: string): Promise<void> {
    const mine = ++this.version
    const turn = this.queue.then(async () => {
      if (this.told >= mine) return
      const telling = this.version
      await this.apply(summary)
      this.told = telling
    })
    this.queue = turn.catch(() => undefined)
    await turn
  }

  private async apply(summary: string): Promise<void> {
    await Promise.all(
      this.hosts().map((host) =>
        quick({ summary: `${host}: ${summary}` }).applyRoutes({
          host,
          via: this.via(host),
          routes: routesFor(this.topology, host, this.state),
          certificates: this.certificates(),
        }),
      ),
    )
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
    return [...new Set([...exposing, ...elsewhere])]
  }

  private via(host: string): Host {
    const via = this.reach[host]
    if (via === undefined) throw new Error(`no host ${host}`)
    return via
  }
}
