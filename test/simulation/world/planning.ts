import { Cul8erError } from '../../../src/errors.js'
import type { Acts } from './acts.js'

/** Looking at hosts, and what is decided from that. */
export const planningActs: Pick<
  Acts,
  'planOperation' | 'findOwned' | 'ensureProject' | 'copyImage' | 'inspect' | 'pruneArtifacts'
> = {
  planOperation: (input, { world, pure }) => {
    const { revision, without = [] } = input
    const { topology } = revision
    const hosts = Object.fromEntries(Object.entries(input.hosts).filter(([name]) => !without.includes(name)))
    Object.keys(hosts).forEach((host) => world.reach(host))
    const exposures = Object.keys(hosts)
      .filter((host) =>
        Object.values(topology.resources).some(({ expose, on }) => expose.length > 0 && on.includes(host)),
      )
      .map((host) => ({ host, current: world.routes(host, topology.name) }))
    const made = pure.planChanges({ ...input, observed: world.observed(Object.keys(hosts)), exposures })
    const plan = input.liveOnly === true ? pure.liveOnly(made) : made
    if (input.moves !== undefined) return plan
    const { changes, bystanders } = plan
    const live = [...bystanders, ...changes.flatMap(({ from }) => from ?? [])]
    if (live.length === 0) return plan
    const changing = new Set(changes.flatMap(({ instance, from }) => [instance, ...(from === null ? [] : [from.name])]))
    const traffic = pure.trafficNow(topology, live)
    return { ...plan, exposure: pure.exposureChanges(revision, traffic, exposures, changing) }
  },

  findOwned: ({ topology, hosts, dirty = [], volumes = false }, { world, pure }) => {
    Object.keys(hosts).forEach((host) => world.reach(host))
    const exposures = Object.keys(hosts).map((host) => ({ host, current: world.routes(host, topology) }))
    const observed = world.observed(Object.keys(hosts))
    const ours = pure.oursOf(topology, observed)
    const instances = pure.withDrained(ours, { dirty, exposures }).map((instance) => ({
      ...pure.liveInstance(instance),
      snapshots: instance.snapshots.map(({ name }) => name),
    }))
    const copies = volumes ? pure.copiesOf(topology, observed).map((copy) => pure.liveInstance(copy)) : []
    return copies.length === 0 ? instances : { instances: [...instances, ...copies], volumes: [] }
  },

  ensureProject: ({ host }, { world }) => world.reach(host),

  copyImage: ({ host }, { world }) => {
    world.reach(host)
    return { copied: true }
  },

  inspect: () => {
    throw new Cul8erError('NOT_SUPPORTED_YET', 'no simulated workflow inspects')
  },

  pruneArtifacts: () => ({ removed: 0 }),
}
