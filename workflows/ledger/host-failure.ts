import type {
  FailoverRecord,
  HostDeadOrAlive,
  HostRecord,
  HostsSeen,
  HostWatchInput,
  LedgerState,
} from '../../src/contracts/index.js'
import type { ErrorCode } from '../../src/errors.js'
import type { Revision } from '../../src/plan/model.js'
import { someOf } from '../../src/some-of.js'
import { flappingAfter, quietUntil } from './flapping.js'
import { after, revisionOf } from './state.js'
import { isHeld } from './watched.js'

/*
 * What a topology's `failover` does about hosts that are gone, and that are back. Pure: the ledger is told what its watch of the hosts has
 * seen, and begins what is decided here.
 */

/** What is to be watched of the hosts; null: the topology moves nothing by itself. */
export function hostWatchOf(state: LedgerState): HostWatchInput | null {
  const revision = revisionOf(state, state.stable)
  const { failover, hosts } = revision?.topology ?? {}
  if (failover === undefined || hosts === undefined) return null
  const known = Object.entries(state.hosts ?? {}).filter(([name]) => hosts[name] !== undefined)
  return { topology: state.topology, hosts, known: Object.fromEntries(known), deadAfterMs: failover.afterMs }
}

/**
 * Hosts that an operation of the ledger's own leaves out: it would hold the ledger for as long as a host is waited for, and a failover has to
 * wait for its end. None where all are gone.
 */
export function outOfReach(state: LedgerState): string[] {
  const revision = revisionOf(state, state.stable)
  if (revision === null || hostWatchOf(state) === null) return state.failover?.without ?? []
  const out = [...new Set([...(state.failover?.without ?? []), ...namesIn(state, revision, 'dead')])].sort()
  return out.length < Object.keys(revision.topology.hosts).length ? out : []
}

/** Whether a host is dead that no failover has left out yet. */
export function hasUnmoved(state: LedgerState): boolean {
  const revision = revisionOf(state, state.stable)
  if (revision === null || hostWatchOf(state) === null) return false
  return namesIn(state, revision, 'dead').some((name) => state.failover?.without.includes(name) !== true)
}

/** What is known of the hosts, and what became of them last. */
export function withHosts(state: LedgerState, { hosts, changes }: HostsSeen): LedgerState {
  const { flapping: _before, ...rest } = state
  const flapping = flappingAfter(state, changes)
  return {
    ...rest,
    hosts,
    hostChanges: [...(state.hostChanges ?? []), ...changes].slice(-KEPT_CHANGES),
    ...(flapping === undefined ? {} : { flapping }),
  }
}

/**
 * What is known of hosts after a time in which nobody looked at them, or not at the machines that they are now: what was silent may have
 * spoken since, and is watched again. Those of `stay` are left out until they answer.
 */
export function lookedAway(state: LedgerState, stay: readonly string[] = state.failover?.without ?? []): LedgerState {
  if (state.hosts === undefined) return state
  const kept = Object.entries(state.hosts).filter(([name, host]) => host.state === 'alive' || stay.includes(name))
  return { ...state, hosts: Object.fromEntries(kept) }
}

/** What somebody should hear of: deaths, and returns from them. */
export const hostEvents = (topology: string, { changes }: HostsSeen): HostDeadOrAlive[] =>
  changes.flatMap(({ host, from, to, at, cause }) => {
    if (to !== 'dead' && from !== 'dead') return []
    return [{ event: to === 'dead' ? 'hostDead' : 'hostAlive', topology, host, reason: cause ?? null, at }]
  })

/** Changes of hosts that are kept for people. */
const KEPT_CHANGES = 50

/** A failover that is to begin: everything is to be as declared without these hosts. */
export interface Failover {
  without: string[]
  reason: string
}

/**
 * What has to be moved now; null: nothing. A host that is back takes part again in the same way: what was started elsewhere stays, and
 * what it still has of that is removed.
 */
export function failoverNow(state: LedgerState, nowMs: number): Failover | null {
  const revision = revisionOf(state, state.stable)
  if (
    state.current !== null ||
    revision === null ||
    hostWatchOf(state) === null ||
    isHeld(state) ||
    state.behind !== undefined
  )
    return null
  const { without: left = [], notBefore, behind = [], noRoom, refused = [] } = state.failover ?? {}
  if ((notBefore !== undefined && Date.parse(notBefore) > nowMs) || settledAt(state) > nowMs) return null
  // A host that is back waits as well: those that are silent can neither be asked nor left out.
  if (brakeOn(state, revision) !== null) return null
  const dead = namesIn(state, revision, 'dead')
  const gone = dead.filter((host) => !left.includes(host))
  const silent = [...dead, ...namesIn(state, revision, 'suspected')]
  const mayBack = (host: string): boolean =>
    !silent.includes(host) && !refused.includes(host) && quietUntil(state, host, nowMs) === null
  const back = [...new Set([...left, ...behind])].filter(mayBack)
  const away = left.filter((host) => !back.includes(host))
  if (gone.length > 0) {
    return { without: [...away, ...gone].sort(), reason: goneWords(state, gone) }
  }
  if (back.length > 0) return { without: away, reason: backWords(back) }
  const again = away.length > 0 && noRoom !== undefined && Date.parse(noRoom.notBefore) <= nowMs
  return again ? { without: away, reason: `${someOf(noRoom.instances, 5)} had no room elsewhere` } : null
}

/** When something may be decided again, ms since the epoch; Infinity: nothing waits for a time that is still to come. */
export function failoverAt(state: LedgerState, nowMs: number): number {
  const { without = [], behind = [], notBefore, noRoom } = state.failover ?? {}
  const waiting = [...without, ...behind].map((host) => quietUntil(state, host, nowMs))
  const times = [
    ...[notBefore, noRoom?.notBefore, ...waiting].flatMap((at) => (at == null ? [] : [Date.parse(at)])),
    settledAt(state),
  ]
  return Math.min(Infinity, ...times.filter((at) => at > nowMs))
}

/** After a broken network hosts come back one by one: the first of them must not have the others moved, ms. */
const SETTLE_MS = 10_000

/** From when on the hosts that came back are all that do for now, ms since the epoch. */
const settledAt = ({ hostChanges = [] }: LedgerState): number =>
  Math.max(0, ...hostChanges.flatMap(({ to, at }) => (to === 'alive' ? [Date.parse(at) + SETTLE_MS] : [])))

/**
 * Why nothing is moved although hosts are dead, in words; null: nothing speaks against it. Where most hosts are gone at once it is more
 * likely the network, or the worker, than all of them: as in Kubernetes, from 55 % on nothing is moved.
 */
export function brakeOn(state: LedgerState, { topology: { hosts } }: Pick<Revision, 'topology'>): string | null {
  const all = Object.keys(hosts)
  // Of those that went together one is dead first.
  const silent = all.filter((host) => isSilent(state.hosts?.[host]))
  return silent.length <= all.length * MOST_GONE
    ? null
    : `${silent.length} of ${all.length} hosts gave no sign: taken for a partition, nothing is moved`
}

const isSilent = (host: HostRecord | undefined): boolean =>
  host !== undefined && (host.state !== 'alive' || host.silentSince !== undefined)

const MOST_GONE = 0.55

/** After a failover has ended. */
export function failoverAfter(
  { failover }: Pick<LedgerState, 'failover'>,
  {
    without = [],
    succeeded,
    code,
    noRoom = [],
  }: {
    without?: string[] | undefined
    succeeded: boolean
    code?: ErrorCode | undefined
    noRoom?: string[] | undefined
  },
  at: string,
): FailoverRecord | undefined {
  const { refused, ...before } = failover ?? { without: [] }
  const still = refused?.filter((host) => without.includes(host)) ?? []
  if (succeeded) {
    if (without.length === 0) return undefined
    const retry = { instances: noRoom, times: 1, notBefore: after(at, retryMs(1)) }
    return {
      without,
      ...(noRoom.length === 0 ? {} : { noRoom: retry }),
      ...(still.length === 0 ? {} : { refused: still }),
    }
  }
  const kept = { ...before, ...(refused === undefined ? {} : { refused }) }
  const back = before.without.filter((host) => !without.includes(host))
  // A person decides which copy of the data counts: until then it would be the same every time.
  if (code === 'DATA_LOSS' && back.length > 0)
    return { ...kept, refused: [...new Set([...(refused ?? []), ...back])].sort() }
  const { noRoom: tried } = before
  // The others are where they should be, and a host that is back must not wait for those.
  if (code === 'NO_ROOM' && tried !== undefined && back.length === 0 && without.length === before.without.length) {
    const times = tried.times + 1
    return { ...kept, noRoom: { ...tried, times, notBefore: after(at, retryMs(times)) } }
  }
  const times = (failover?.times ?? 0) + 1
  // Whoever stopped it wants to do something first.
  return { ...kept, times, notBefore: after(at, code === 'ABORTED' ? MOST_MS : retryMs(times)) }
}

/** With hosts where an operation left something because they gave no answer: what is there is set right once they do. */
export function withBehind(
  failover: FailoverRecord | undefined,
  lost: readonly string[] = [],
): FailoverRecord | undefined {
  if (lost.length === 0) return failover
  return { without: [], ...failover, behind: [...new Set([...(failover?.behind ?? []), ...lost])].sort() }
}

/** After everything came to be as declared without some hosts: every other one gave an answer, and takes part. */
export function hostsAfter(state: LedgerState, { topology }: Revision, without: readonly string[] = []): LedgerState {
  const { failover, ...rest } = lookedAway(state, without)
  const left = (failover?.without ?? []).filter((name) => without.includes(name) && topology.hosts[name] !== undefined)
  return left.length === 0 ? rest : { ...rest, failover: { without: left } }
}

/** From 10 s, doubling to 10 minutes. */
export const retryMs = (times: number): number => Math.min(10_000 * 2 ** (times - 1), MOST_MS)

const MOST_MS = 600_000

const namesIn = ({ hosts = {} }: LedgerState, { topology }: Revision, state: HostRecord['state']): string[] =>
  Object.keys(topology.hosts).filter((name) => hosts[name]?.state === state)

function goneWords({ hosts = {} }: LedgerState, gone: string[]): string {
  const [first = ''] = gone
  const cause = hosts[first]?.cause
  const since = hosts[first]?.silentSince
  return `${hostsWords(gone)} gave no sign${since === undefined ? '' : ` since ${since}`}${cause === undefined ? '' : `: ${cause}`}`
}

const backWords = (back: string[]): string =>
  `${hostsWords(back)} ${back.length === 1 ? 'is' : 'are'} back: what was started elsewhere stays there`

const hostsWords = (names: string[]): string => (names.length === 1 ? `host ${names[0]}` : `hosts ${someOf(names, 5)}`)
