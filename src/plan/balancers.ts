import { Cul8erError } from '../errors.js'
import { machineOf } from '../topology/hosts.js'
import type { Analysis, Topology } from '../topology/model.js'
import { EDGES } from '../traffic/balancers.js'
import type { Revision } from './model.js'

/** Where a resource may open a public port. */
export const exposes = ({ resources }: Pick<Topology, 'resources'>, host: string): boolean =>
  Object.values(resources).some(({ expose, on }) => expose.length > 0 && on.includes(host))

/**
 * The balancer that serves a host keeps its public ports until it is told otherwise, and one plan tells one balancer: it is changed
 * while nothing is exposed.
 * @throws Cul8erError NOT_SUPPORTED_YET
 */
export function refuseOtherBalancer({ topology }: Revision, base: Revision | null): void {
  if (base === null) return
  const before = Object.entries(base.topology.hosts).filter(([name]) => exposes(base.topology, name))
  for (const [name, host] of Object.entries(topology.hosts)) {
    const was = before.find(([other, each]) => machineOf(other, each) === machineOf(name, host))
    if (was === undefined) continue
    const [from, to] = [was[1], host].map(({ edge }) => edge?.kind ?? EDGES.usual)
    if (from === to) continue
    throw new Cul8erError(
      'NOT_SUPPORTED_YET',
      `host ${name}: its edge cannot change from ${from} to ${to} while something is exposed on it`,
      { hint: `deploy once without \`expose\` on host ${name}, then change its \`edge\` and expose again` },
    )
  }
}

/** Whether a canary is judged by its requests at some step. */
export function judgesByRequests({ strategy: { approach, steps, analysis } }: Pick<Topology, 'strategy'>): boolean {
  return approach === 'canary' && steps.some((step) => needsRequests(step.analysis ?? analysis))
}

const needsRequests = ({ compare, maxErrorRatePercent, maxLatencyP95Ms }: Analysis): boolean =>
  compare !== null || maxErrorRatePercent !== null || maxLatencyP95Ms !== null

/**
 * Why a canary cannot be judged by its requests on a host whose balancer does not tell of them. It would wait for data that never come.
 */
export const unseenRequests = (host: string): Cul8erError =>
  new Cul8erError(
    'NOT_SUPPORTED_YET',
    `host ${host}: its balancer does not report requests, so a canary cannot be judged by them`,
    {
      hint: 'set `maxErrorRatePercent: false`, `compare: false` and no `maxLatencyP95` in `strategy.analysis`, and judge by `command`, `metric` and health; or use another approach. --force goes on: each step then waits for a promote',
    },
  )
