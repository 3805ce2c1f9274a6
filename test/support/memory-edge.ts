import { claimed } from '../../src/traffic/claimed.js'
import type { Claims, Edge, RequestSample, Server, ServerStats, TopologyRoutes } from '../../src/traffic/model.js'

/** An edge that remembers what it was told: for tests of who gets traffic when. */
export class MemoryEdge implements Edge {
  readonly told: TopologyRoutes[] = []
  /** Servers whose requests were waited for. */
  readonly waitedFor: string[] = []
  samples: RequestSample[] = []
  private readonly routes = new Map<string, TopologyRoutes>()

  async ensure(): Promise<void> {}

  async apply(routes: TopologyRoutes): Promise<void> {
    this.routes.set(routes.topology, structuredClone(routes))
    this.told.push(structuredClone(routes))
  }

  async claims(topology: string): Promise<Claims> {
    const others = [...this.routes.values()].filter((other) => other.topology !== topology)
    return { routes: claimed(others), taken: [] }
  }

  async current(topology: string): Promise<TopologyRoutes | null> {
    return this.routes.get(topology) ?? null
  }

  async stats(): Promise<ServerStats[]> {
    return []
  }

  async requests(): Promise<RequestSample[]> {
    return this.samples
  }

  async drained(_topology: string, server: string): Promise<{ cut: number }> {
    this.waitedFor.push(server)
    return { cut: 0 }
  }

  async remove(topology: string): Promise<void> {
    this.routes.delete(topology)
  }

  /** All that the edge knows of a topology, in the traffic or not. */
  servers(topology: string): Server[] {
    const all = (this.routes.get(topology)?.pools ?? []).flatMap(({ servers }) => servers)
    return [...new Map(all.map((server) => [server.name, server])).values()]
  }

  /** Instances that the public ports lead to, with a weight, by the last thing that was told. */
  serving(topology: string): Record<string, number> {
    const now = this.routes.get(topology)
    const routed = new Set(now?.routes.map(({ pool }) => pool))
    return Object.fromEntries(
      (now?.pools ?? [])
        .filter(({ name }) => routed.has(name))
        .flatMap(({ servers }) => servers.filter((s) => s.state === 'ready').map((s) => [s.name, s.weight])),
    )
  }
}
