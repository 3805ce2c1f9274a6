import type { Scope } from '../../topology/model.js'
import { amountsOn, plus } from './demand.js'
import type { Amounts, HostState, Wanted } from './model.js'

/** What is on the hosts, and what was placed there since. */
export class Occupancy {
  private readonly hosts: ReadonlyMap<string, HostState>
  private readonly taken = new Map<string, Amounts>()
  /** Instances by resource, of each host, site and region. */
  private readonly counts = new Map<string, number>()
  private readonly all = new Map<string, number>()

  constructor(hosts: readonly HostState[]) {
    this.hosts = new Map(hosts.map((host) => [host.name, host]))
    for (const host of hosts) {
      this.taken.set(host.name, host.used)
      for (const [resource, count] of host.instances) this.count(resource, host, count)
    }
  }

  /** @throws Error for a host that there is not: candidates are hosts of the topology, or the caller has a bug */
  host(name: string): HostState {
    const host = this.hosts.get(name)
    if (host === undefined) throw new Error(`no host ${name}`)
    return host
  }

  used({ name }: HostState): Amounts {
    return this.taken.get(name) ?? { cpu: 0, memoryMiB: 0, pools: {} }
  }

  /** Instances of all resources of the topology. */
  instances({ name }: HostState): number {
    return this.all.get(name) ?? 0
  }

  /** Instances of a resource on the host, or anywhere at its site or in its region. Hosts without a site are together. */
  of(resource: string, host: HostState, within: Scope): number {
    return this.counts.get(key(resource, host, within)) ?? 0
  }

  /** Whether there is one of the resource on any host. */
  isAnywhere(resource: string): boolean {
    return [...this.hosts.values()].some((host) => this.of(resource, host, 'host') > 0)
  }

  add(wanted: Wanted, host: HostState): void {
    this.taken.set(host.name, plus(this.used(host), amountsOn(wanted.demand, host, wanted.resource)))
    this.count(wanted.resource, host, 1)
  }

  private count(resource: string, host: HostState, count: number): void {
    for (const within of ['host', 'site', 'region'] as const) {
      const at = key(resource, host, within)
      this.counts.set(at, (this.counts.get(at) ?? 0) + count)
    }
    this.all.set(host.name, (this.all.get(host.name) ?? 0) + count)
  }
}

const key = (resource: string, host: HostState, within: Scope): string =>
  `${within} ${within === 'host' ? host.name : (host[within] ?? '')} ${resource}`
