import type { Resource } from '../topology/model.js'
import type { Revision } from './model.js'
import { instanceName } from './naming.js'
import { inWords, resourceOf, seats, type Seat } from './specs.js'
import type { Ours } from './work.js'

/** What is known of hosts that an operation leaves out. Nobody looks there, so it is a matter of what was declared. */
export interface LeftOut {
  hosts: string[]
  /** Hosts of a resource that are not left out. */
  candidates(resource: Pick<Resource, 'on'>): string[]
  /** Left-out hosts that an instance of the place may be on. */
  mayHold(seat: Seat): string[]
  /**
   * Whether a place stays as it is for their sake: it is stateful, and one of them is declared for it. Were it made elsewhere, there
   * would be two with data of their own. When none of them is declared for it any more, it would be forgotten.
   */
  isLeft(seat: Seat): boolean
}

export interface LeftOutInput {
  revision: Revision
  /** The stable revision; null: not known, or there is none. */
  base: Revision | null
  without: readonly string[]
  /** What an earlier operation left half changed: it may have made what the stable revision does not declare. */
  dirty: readonly string[]
}

/** What may be on the hosts that are left out. */
export function leftOut({ revision, base, without, dirty }: LeftOutInput): LeftOut {
  const former = new Map((base === null ? [] : seats(base)).map((seat) => [nameOf(revision, seat), seat]))
  const mayHold = (seat: Seat): string[] => {
    if (without.length === 0) return []
    const before = former.get(nameOf(revision, seat))
    if (base !== null && before === undefined && dirty.length === 0) return []
    return [
      ...new Set([...hostsOf(revision, seat), ...(base === null || before === undefined ? [] : hostsOf(base, before))]),
    ]
      .filter((host) => without.includes(host))
      .sort()
  }
  return {
    hosts: [...new Set(without)].sort(),
    candidates: ({ on }) => on.filter((host) => !without.includes(host)),
    mayHold,
    isLeft: (seat) =>
      resourceOf(revision, seat.resource).stateful &&
      mayHold(seat).some((host) => hostsOf(revision, seat).includes(host)),
  }
}

/** `host b is left out`. */
export const areLeftOut = (hosts: readonly string[]): string =>
  hosts.length === 1 ? `host ${hosts[0]} is left out` : `hosts ${hosts.join(', ')} are left out`

/** What stays on hosts that are left out, and what is not made for that reason: for a person to know before agreeing. */
export function leftOutNotes(input: LeftOutInput, live: (seat: Seat) => Ours | null): string[] {
  const left = leftOut(input)
  if (left.hosts.length === 0) return []
  const { revision, base } = input
  return [
    `${areLeftOut(left.hosts)}: nothing is changed there, and what is there stays as it is`,
    ...seats(revision).flatMap((seat) => notMade(revision, seat, { left, live: live(seat) })),
    ...(base === null
      ? []
      : notDeleted(base, revision, left)
          .filter(({ seat }) => live(seat) === null)
          .map(({ note }) => note)),
  ]
}

function notMade(revision: Revision, seat: Seat, { left, live }: { left: LeftOut; live: Ours | null }): string[] {
  const resource = resourceOf(revision, seat.resource)
  const none = left.candidates(resource).length === 0
  if (live !== null) {
    return none && !resource.on.includes(live.host)
      ? [`${live.name} stays on ${live.host}, which is no longer one of its hosts: all of those are left out`]
      : []
  }
  const away = left.mayHold(seat)
  if (left.isLeft(seat)) {
    return [`${inWords(seat)} is stateful and may be on ${away.join(' or ')}: it is not created elsewhere`]
  }
  return none ? [`${inWords(seat)} is not created: all of its hosts are left out (${resource.on.join(', ')})`] : []
}

function notDeleted(base: Revision, revision: Revision, left: LeftOut): { seat: Seat; note: string }[] {
  const declared = new Set(seats(revision).map((seat) => nameOf(revision, seat)))
  return seats(base).flatMap((seat) => {
    const away = hostsOf(base, seat).filter((host) => left.hosts.includes(host))
    return declared.has(nameOf(base, seat)) || away.length === 0
      ? []
      : [{ seat, note: `${inWords(seat)} is no longer declared, but stays if it is on ${away.join(' or ')}` }]
  })
}

const nameOf = ({ topology }: Revision, { resource, index }: Seat): string =>
  instanceName(topology.name, resource, index)

const hostsOf = ({ topology }: Revision, { resource }: Seat): string[] => topology.resources[resource]?.on ?? []
