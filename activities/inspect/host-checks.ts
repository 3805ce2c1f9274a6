import type { HostCheck, HostChecks } from '../../src/contracts/index.js'
import { isCode } from '../../src/errors.js'
import { HOST_CHECKS } from '../../src/host-checks/registry.js'
import { listInstances } from '../../src/incus/index.js'
import { observe } from '../../src/instances/observe.js'
import { neededImages, type NeededImage } from '../../src/plan/missing-images.js'
import { copyWords } from '../../src/plan/image-copies.js'
import type { Revision } from '../../src/plan/model.js'
import type { Host, Resource, Topology } from '../../src/topology/model.js'
import type { ActivityDeps } from '../deps.js'
import { asCul8erError } from '../errors.js'
import { findImages } from '../images.js'
import { checkPublicPorts } from '../public-ports.js'
import { maskedError } from '../secrets.js'
import { factsOf } from './host-facts.js'
import type { Inspection } from './inspection.js'
import { within } from './within.js'

/** Whether each host has what topologies need, side by side. */
export const inspectHostChecks: Inspection<'hostChecks'> = (deps, { hosts, topologies, limitMs }, signal) =>
  Promise.all(
    Object.entries(hosts).map(async ([name, host]): Promise<HostChecks> => {
      const meant = topologies.filter((topology) => name in topology.hosts)
      try {
        return await within(limitMs, signal, (until) =>
          checksOf(deps, { name, host, topologies: meant, signal: until }),
        )
      } catch (error) {
        signal.throwIfAborted()
        return { host: name, checks: [{ name: REACHED, ...failure(error) }] }
      }
    }),
  )

const REACHED = 'reachable'

interface OneHost {
  name: string
  host: Host
  topologies: readonly Topology[]
  signal: AbortSignal
}

async function checksOf(deps: ActivityDeps, one: OneHost): Promise<HostChecks> {
  const { name, host, topologies, signal } = one
  const facts = await factsOf(deps.executorFor(name, host), signal)
  const resources = Object.fromEntries(
    topologies.flatMap((topology) => on(name, topology).map(([key, each]) => [`${topology.name}.${key}`, each])),
  )
  const wants = { name, host, resources }
  const judged = HOST_CHECKS.flatMap((kind): HostCheck[] => {
    const found = kind.judge(facts, wants)
    return found === null ? [] : [{ name: kind.name, ...found }]
  })
  const [missing, ports] = await Promise.all([images(deps, one), publicPorts(deps, one)])
  return {
    host: name,
    checks: [{ name: REACHED, outcome: 'ok', found: host.address }, ...judged, ...missing, ...ports],
  }
}

const on = (host: string, { resources }: Topology): [string, Resource][] =>
  Object.entries(resources).filter(([, resource]) => resource.on.includes(host))

const exposesOn = (host: string, topology: Topology): boolean =>
  on(host, topology).some(([, { expose }]) => expose.length > 0)

/** Images that no image server would be asked for, as a deploy would look for them. */
async function images(deps: ActivityDeps, one: OneHost): Promise<HostCheck[]> {
  const { name, host, topologies, signal } = one
  const others = Object.assign({}, ...topologies.map(({ hosts }) => hosts)) as Record<string, Host>
  const found = (await imagesNeeded(deps, one)).map(async (needed): Promise<HostCheck> => {
    const check = `image of ${needed.place.replace(/^resources\.|\.image$/g, '')}`
    try {
      const [copy] = await findImages(deps, [needed], { hosts: { ...others, [name]: host }, signal })
      const found = copy === undefined ? needed.image : `none yet: a deploy copies ${copyWords(copy)}`
      return { name: check, outcome: 'ok', found }
    } catch (error) {
      if (isCode(error, 'IMAGE_NOT_FOUND')) return { name: check, ...failure(error) }
      throw error
    }
  })
  return Promise.all(found)
}

async function imagesNeeded(deps: ActivityDeps, { name, host, topologies }: OneHost): Promise<NeededImage[]> {
  const edge = topologies.some((topology) => exposesOn(name, topology))
    ? await deps.edgeFor(name, host).wouldMake?.()
    : null
  return topologies.flatMap((topology) =>
    neededImages({ topology } as Revision, {
      made: on(name, topology).map(([resource]) => ({ resource, host: name })),
      edges: edge == null ? [] : [{ host: name, ...edge }],
    }),
  )
}

/** Ports that somebody else has, as far as the edge can tell. */
async function publicPorts(deps: ActivityDeps, { name, host, topologies, signal }: OneHost): Promise<HostCheck[]> {
  const exposing = topologies.filter((topology) => exposesOn(name, topology))
  const checks = exposing.map(async (topology): Promise<HostCheck> => {
    const check = `ports of ${topology.name}`
    const ports = [...new Set(on(name, topology).flatMap(([, { expose }]) => expose.map(({ as }) => as)))]
    try {
      const list = listInstances({ project: topology.project })
      const observed = observe(name, (await deps.executorFor(name, host).run(list, { signal })).stdout)
      const revision = { topology } as Revision
      const exposures = [{ host: name, current: await deps.edgeFor(name, host).current(topology.name) }]
      await checkPublicPorts(deps, revision, { hosts: { [name]: host }, observed, exposures })
      return { name: check, outcome: 'ok', found: ports.join(', ') }
    } catch (error) {
      if (isCode(error, 'PORT_TAKEN')) return { name: check, ...failure(error) }
      // A project that is yet to be made has no instances, and takes no ports.
      if (isCode(error, 'NOT_FOUND')) return { name: check, outcome: 'ok', found: ports.join(', ') }
      throw error
    }
  })
  return Promise.all(checks)
}

function failure(error: unknown): Omit<HostCheck, 'name'> {
  const { message, hint } = asCul8erError(maskedError(error))
  return { outcome: 'failure', found: message, ...(hint === undefined ? {} : { hint }) }
}
