import { holdsData } from '../topology/holds-data.js'
import type { Resource } from '../topology/model.js'
import type { Revision } from './model.js'
import { instanceName } from '../naming/instance-names.js'
import { inWords, resourceOf, replicas, type Replica } from './specs.js'
import type { Ours } from './planned-change.js'

/** What is known of hosts that an operation leaves out. Nobody looks there, so it is a matter of what was declared. */
export interface LeftOut {
  hosts: string[]
  /** Hosts of a resource that are neither left out nor emptied. */
  candidates(resource: Pick<Resource, 'on'>): string[]
  /** Left-out hosts that an instance of the place may be on, those of its copies included: a restore may have made one of them live. */
  mayHold(replica: Replica): string[]
  /**
   * Whether a place stays as it is for their sake: it is stateful, and one of them is declared for it. Were it made elsewhere, there
   * would be two with data of their own. When none of them is declared for it any more, it would be forgotten.
   */
  isLeft(replica: Replica): boolean
}

export interface LeftOutInput {
  revision: Revision
  /** The stable revision; null: not known, or there is none. */
  base: Revision | null
  without: readonly string[]
  /** What an earlier operation left half changed: it may have made what the stable revision does not declare. */
  dirty: readonly string[]
  /** Hosts that are to be emptied: nothing new is put there. */
  off?: readonly string[]
}

/** What may be on the hosts that are left out. */
export function leftOut({ revision, base, without, dirty, off = [] }: LeftOutInput): LeftOut {
  const former = new Map((base === null ? [] : replicas(base)).map((replica) => [nameOf(revision, replica), replica]))
  const mayHold = (replica: Replica): string[] => {
    if (without.length === 0) return []
    const before = former.get(nameOf(revision, replica))
    if (base !== null && before === undefined && dirty.length === 0) return []
    return [
      ...new Set([
        ...hostsOf(revision, replica),
        ...(base === null || before === undefined ? [] : [...hostsOf(base, before), ...copiesOf(base, before)]),
      ]),
    ]
      .filter((host) => without.includes(host))
      .sort()
  }
  return {
    hosts: [...new Set(without)].sort(),
    candidates: ({ on }) => on.filter((host) => !without.includes(host) && !off.includes(host)),
    mayHold,
    isLeft: (replica) =>
      holdsData(resourceOf(revision, replica.resource)) &&
      mayHold(replica).some((host) => [...hostsOf(revision, replica), ...copiesOf(revision, replica)].includes(host)),
  }
}

/** `host b is left out`. */
export const areLeftOut = (hosts: readonly string[]): string =>
  hosts.length === 1 ? `host ${hosts[0]} is left out` : `hosts ${hosts.join(', ')} are left out`

/** What stays on hosts that are left out, and what is not made for that reason: for a person to know before agreeing. */
export function leftOutNotes(input: LeftOutInput, live: (replica: Replica) => Ours | null): string[] {
  const left = leftOut(input)
  if (left.hosts.length === 0) return []
  const { revision, base } = input
  return [
    `${areLeftOut(left.hosts)}: nothing is changed there, and what is there stays as it is`,
    ...replicas(revision).flatMap((replica) => notMade(revision, replica, { left, live: live(replica) })),
    ...(base === null
      ? []
      : notDeleted(base, revision, left)
          .filter(({ replica }) => live(replica) === null)
          .map(({ note }) => note)),
  ]
}

function notMade(revision: Revision, replica: Replica, { left, live }: { left: LeftOut; live: Ours | null }): string[] {
  const resource = resourceOf(revision, replica.resource)
  const none = left.candidates(resource).length === 0
  if (live !== null) {
    return none && !resource.on.includes(live.host)
      ? [`${live.name} stays on ${live.host}, which is no longer one of its hosts: all of those are left out`]
      : []
  }
  const away = left.mayHold(replica)
  if (left.isLeft(replica)) {
    return [`${inWords(replica)} is stateful and may be on ${away.join(' or ')}: it is not created elsewhere`]
  }
  return none ? [`${inWords(replica)} is not created: all of its hosts are left out (${resource.on.join(', ')})`] : []
}

function notDeleted(base: Revision, revision: Revision, left: LeftOut): { replica: Replica; note: string }[] {
  const declared = new Set(replicas(revision).map((replica) => nameOf(revision, replica)))
  return replicas(base).flatMap((replica) => {
    const away = hostsOf(base, replica).filter((host) => left.hosts.includes(host))
    return declared.has(nameOf(base, replica)) || away.length === 0
      ? []
      : [{ replica, note: `${inWords(replica)} is no longer declared, but stays if it is on ${away.join(' or ')}` }]
  })
}

const nameOf = ({ topology }: Revision, { resource, index }: Replica): string =>
  instanceName(topology.name, resource, index)

const hostsOf = ({ topology }: Revision, { resource }: Replica): string[] => topology.resources[resource]?.on ?? []

const copiesOf = ({ topology }: Revision, { resource }: Replica): string[] =>
  topology.resources[resource]?.replicate?.to ?? []
