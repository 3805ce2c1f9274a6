import { certificatesFor } from '../../src/plan/certificates.js'
import { routesFor, withLeaving, type TrafficState } from '../../src/plan/routes.js'
import type { TrafficChange } from '../../src/steps/kind.js'
import { edgesOf } from '../../src/steps/edges.js'
import { hostAt, type View } from '../../src/steps/view.js'
import type { RoutesAt } from '../../src/contracts/index.js'
import type { Topology } from '../../src/topology/model.js'
import type { TopologyRoutes } from '../../src/traffic/model.js'
import { all } from '../concurrency.js'
import { briefly, quick } from './activities.js'
import { gaveNoAnswer } from './failure.js'

/** The run whose edges these are; the rest of it is none of their business. */
interface Routed extends View {
  /** `traffic`: who took traffic before the operation. */
  input: { traffic: TrafficState }
  /** Hosts that gave no answer for as long as is waited for. */
  lost: Set<string>
  /** Hosts whose edges an undo could not tell. */
  behind: Set<string>
  /** All that is declared serves. */
  settled: boolean
  /** How long a site may have no worker. */
  readonly siteMs: number | undefined
}

/** What one host's edge was told: changes of the same host wait for each other, and those that wait are told together. */
interface Told {
  queue: Promise<void>
  version: number
  told: number
}

/**
 * Tells edges who gets traffic. An edge is told one change after another, whole and newest last, so that two lanes side by side
 * cannot overwrite each other. A change of one instance is its own host's alone: another host that is gone must not be in its way.
 */
export class Edges {
  private readonly edges = new Map<string, Told>()

  /** What the edges are told by; `nothing`: the topology has nothing there. */
  private declared: Topology | 'nothing' | null = null

  isAsBefore = false

  private isUndone = false

  constructor(private readonly run: Routed) {}

  /**
   * Every edge is told, also when another one cannot be.
   * @param undo - something is taken back on the host `own`: the edge of another one that gives no answer must not be in the way of that
   */
  async tell(
    { state, hosts = edgesOf(this.run), summary, topology, settled, undone }: TrafficChange,
    undo?: { own: string | undefined },
  ): Promise<void> {
    if (topology !== undefined) this.declared = topology
    if (settled === true) this.run.settled = true
    if (undone === true) this.isUndone = true
    this.run.traffic = state
    const others = hosts.some((host) => host !== undo?.own)
    await (undo === undefined || !others
      ? all(hosts.map((host) => this.tellOne(host, summary)))
      : this.tellReachable(hosts, summary, undo.own))
  }

  /** @throws what the lane's own edge answers, or the last one that is left */
  private async tellReachable(hosts: readonly string[], summary: string, own: string | undefined): Promise<void> {
    const { lost, behind } = this.run
    const isLeft = (host: string): boolean => host !== own && lost.has(host)
    const asked = hosts.every(isLeft) ? hosts : hosts.filter((host) => !isLeft(host))
    hosts.filter((host) => !asked.includes(host)).forEach((host) => behind.add(host))
    const silent: unknown[] = []
    await all(
      asked.map(async (host) => {
        try {
          await this.tellOne(host, summary)
          behind.delete(host)
        } catch (error) {
          if (host === own || !gaveNoAnswer(error)) throw error
          lost.add(host)
          behind.add(host)
          silent.push(error)
        }
      }),
    )
    if (silent.length > 0 && silent.length === asked.length) throw silent[0]
  }

  /** An edge refuses what is declared now: from here on it is told what was declared before, or it would refuse the undo as well. */
  asBefore(): void {
    this.declared = this.run.base?.topology ?? 'nothing'
    this.isAsBefore = true
  }

  private tellOne(host: string, summary: string): Promise<void> {
    const edge = this.edges.get(host) ?? { queue: Promise.resolve(), version: 0, told: 0 }
    this.edges.set(host, edge)
    const mine = ++edge.version
    const turn = edge.queue.then(async () => {
      if (edge.told >= mine) return
      const telling = edge.version
      const { topology: desired } = this.run.revision
      const topology = this.declared === 'nothing' ? { ...desired, resources: {} } : (this.declared ?? desired)
      const { lost, siteMs } = this.run
      await (lost.has(host) ? briefly : quick)({ summary: `${host}: ${summary}`, siteMs }).applyRoutes({
        ...hostAt(this.run, host),
        ...this.routesAt(host, topology),
      })
      edge.told = telling
    })
    edge.queue = turn.catch(() => undefined)
    return turn
  }

  private routesAt(host: string, topology: Topology): Pick<RoutesAt, 'routes' | 'certificates'> {
    const { run } = this
    const { base, revision } = run
    const routes = this.routes(host, topology)
    const of = topology === base?.topology ? base : revision
    return { routes, certificates: certificatesFor(routes.routes, { ...of, topology }, base) }
  }

  private routes(host: string, topology: Topology): TopologyRoutes {
    const { run } = this
    const { base, past, revision, traffic, leaving } = run
    // Up to then there are instances of both revisions, and of those that an earlier operation did not bring everywhere.
    const before = [...past, ...(base === null ? [] : [base])].map((each) => each.topology)
    const all = run.settled ? [] : this.isUndone ? before : [...before, revision.topology]
    const others = all.filter((other) => other !== topology)
    const declared = routesFor(topology, host, traffic, others)
    if (base === null || topology === base.topology || run.settled) return declared
    // What the revision only calls by another name is among the others, and so are its changes.
    const known = new Set(
      run.input.traffic.members.flatMap(({ instance, leaves }) => (leaves === undefined ? [instance] : [])),
    )
    const goes = leaving.members.filter((m) => topology.resources[m.resource] === undefined && !known.has(m.instance))
    if (goes.length === 0) return declared
    return withLeaving(declared, routesFor(base.topology, host, { members: goes, active: leaving.active }))
  }
}
