import type { Lane, Place, Step } from '../contracts/index.js'
import type { Role } from '../plan/model.js'
import { holdsData } from '../topology/holds-data.js'
import type { LiveInstance, PlannedChange } from '../plan/planned-change.js'
import type { Resource } from '../topology/model.js'
import type { Settings } from './strategy.js'

/** One change up to full traffic, as a lane. */
export function laneOf(change: PlannedChange, settings: Settings): Lane {
  const at = placeOf(change)
  return { instance: at.name, host: at.host, steps: stepsOf(change, at, settings) }
}

export const placeOf = ({ instance: name, host, resource, index, color }: PlannedChange): Place => ({
  name,
  host,
  resource,
  index,
  color,
})

function stepsOf(change: PlannedChange, at: Place, settings: Settings): Step[] {
  const { from } = change
  if (change.action === 'create') return [...made(at, 'live'), { kind: 'admit', at }]
  if (from === null) throw new Error(`${change.action} of ${change.instance} without an instance`)
  if (change.revive === true) return revived(change.action, at, from)
  if (change.action === 'start') {
    return [
      { kind: 'start', at },
      { kind: 'healthy', at },
      { kind: 'admit', at },
    ]
  }
  if (change.action === 'replace') return replaced(at, from, settings)
  if (change.live === true) {
    return [
      { kind: 'configure', at, from, live: true },
      { kind: 'healthy', at },
    ]
  }
  return [{ kind: 'drain', at: from, from }, ...saved(from, settings), ...changed(change, from, settings)]
}

/** A new instance up to health, without traffic. */
export const made = (at: Place, role: Role): Step[] => [
  { kind: 'create', at, role },
  { kind: 'install', at, fresh: true },
  { kind: 'healthy', at },
]

/** What an instance holds, where it is to be kept. */
export const saved = (from: LiveInstance, { revision }: Settings): Step[] =>
  revision.topology.strategy.rollback.snapshot === 'never' ? [] : [{ kind: 'snapshot', from }]

/** In place, out of the traffic: the new declaration and release in, healthy, back into rotation. */
export function changed(change: PlannedChange, from: LiveInstance, { revision }: Settings): Step[] {
  const at = placeOf(change)
  const stopped = change.restart === true
  const resource = revision.topology.resources[at.resource]
  return [
    { kind: 'configure', at, from, ...(stopped ? { stopped } : {}) },
    // Found stopped: a release is put into what runs.
    ...(from.address === null && !stopped ? [{ kind: 'start' as const, at }] : []),
    { kind: 'install', at },
    ...(resource?.deploy == null && !(stopped && !hasSecrets(resource)) ? [{ kind: 'restart' as const, at }] : []),
    { kind: 'healthy', at, from },
    { kind: 'admit', at, from },
  ]
}

/** They are placed in what runs, which takes them up when it starts the next time. */
const hasSecrets = (resource: Resource | undefined): boolean =>
  Object.values(resource?.environment ?? {}).some((value) => 'secret' in value)

/** Another instance beside the old one, which stays, stopped, until the operation cannot go back any more. */
function replaced(at: Place, from: LiveInstance, { revision }: Settings): Step[] {
  const comes = made(at, 'new')
  const goes = retired(from)
  const serves: Step = { kind: 'admit', at, like: from.name }
  const takesOver: Step = { kind: 'role', at, role: 'live' }
  // Its data cannot serve twice: the old one makes room first. And what serves may write, which counts where it is live.
  const resource = revision.topology.resources[at.resource]
  return resource !== undefined && holdsData(resource)
    ? [...goes, ...comes, takesOver, serves]
    : [...comes, serves, takesOver, ...goes]
}

/** What was put aside has its place again. What is in it makes room first: the two may share a volume. */
function revived(action: PlannedChange['action'], at: Place, from: LiveInstance): Step[] {
  return [
    ...(action === 'replace' ? retired(from) : []),
    { kind: 'start', at, revive: { ...from, ...at, address: null } },
    { kind: 'healthy', at },
    { kind: 'role', at, role: 'live' },
    { kind: 'admit', at },
  ]
}

/** Out of the traffic and stopped, but there to come back. */
export const retired = (from: LiveInstance, { moves }: { moves?: true } = {}): Step[] => [
  { kind: 'drain', at: from, from },
  { kind: 'forget', at: from },
  { kind: 'retire', from, ...(moves === true ? { moves } : {}) },
]

/** Gone for good. */
export const leaving = (at: Place): Step[] => [
  { kind: 'drain', at },
  { kind: 'forget', at },
  { kind: 'delete', at },
]
