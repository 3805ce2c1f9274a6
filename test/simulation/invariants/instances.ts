import type { LaneFailure, LedgerState, OperationEnd } from '../../../src/contracts/index.js'
import { isDirty, lostOperation } from '../../../src/plan/half-done.js'
import { oursOf } from '../../../src/plan/ours.js'
import type { ObservedInstance } from '../../../src/plan/model.js'
import { replicaKey } from '../../../src/plan/specs.js'
import type { Ours } from '../../../src/plan/planned-change.js'
import type { Operation, Story } from '../story.js'
import { placeOf, type InstanceState } from '../world/model.js'
import { observedOf } from '../world/world.js'
import type { Invariant } from './invariant.js'
import { changesFor } from './work-for.js'

/**
 * What an operation touched is at its end as it was before, or as it was to become, or named as dirty. Which of them is decided
 * by the outcome: an operation that succeeded has brought everything there, and one that was rolled back or failed has changed nothing.
 */
export const beforeAfterOrDirty: Invariant = {
  name: 'before-after-or-dirty',
  atClose: (story, operation) => {
    const { end } = operation.ended ?? {}
    if (end == null) return null
    const { outcome } = end.result
    const dirty = new Set([...end.dirty, ...operation.input.dirty])
    const after = isAfter(story, operation, end.dirty)
    for (const place of operation.touched) {
      const was = operation.before.get(place) ?? null
      const is = story.world.instances.get(place) ?? null
      const [host = '', name = ''] = place.split('/')
      if (isDirty(dirty, { host, name }) || dirty.has(lostBy(was)) || operation.byHand.has(place)) continue
      if ((outcome !== 'succeeded' || leavesAsItIs(operation)) && isAsBefore(was, is)) continue
      if (outcome !== 'rolledBack' && outcome !== 'failed' && after(name, is)) continue
      if (is?.labels?.role === 'old' && (isPutAside(operation, is) || isReplaced(operation, is))) continue
      if (operation.input.request.kind === 'drain' && hasMoved(was, is)) continue
      if (is === null && was?.labels?.role === 'old' && isSaidToBeGone(end, name)) continue
      return `${operation.id} is ${outcome}, but ${place} ${said(was, is)}`
    }
    return null
  },
}

const leavesAsItIs = ({ input: { request } }: Operation): boolean =>
  request.kind === 'restart' || request.kind === 'snapshot'

/** An original whose place a copy has taken stays with its data. */
const isReplaced = ({ input: { request } }: Operation, is: InstanceState): boolean =>
  request.replica !== undefined && is.host !== request.replica && is.status === 'Stopped'

/** From when it serves on the other host, a move is not taken back, whatever becomes of the rest. */
const hasMoved = (was: InstanceState | null, is: InstanceState | null): boolean =>
  (is?.labels?.restored === true && is.labels.role === 'live' && isTrue(is)) || (was?.stateful === true && is === null)

/** What was put aside before made room, and whoever reads the result is told so. */
const isSaidToBeGone = ({ removed = [], result }: OperationEnd, name: string): boolean =>
  removed.includes(name) && result.error?.message.includes(name) === true

/** All that an operation touched which was lost counts as dirty. */
const lostBy = (was: InstanceState | null): string => lostOperation(was?.labels?.operation ?? 0)

const isAsBefore = (was: InstanceState | null, is: InstanceState | null): boolean =>
  was === null || is === null
    ? was === is
    : essence(was) === essence(is) && (is.status === 'Running' || is.status === was.status)

/** What an undo owes; that an operation had it in its hands may stay on its labels, and the ttl is the ledger's to write there. */
const essence = ({ type, labels, config, devices, app, data }: InstanceState): string => {
  const { operation, revision, expires, ...rest } = labels ?? {}
  void [operation, revision, expires]
  return JSON.stringify([type, rest, config, devices, app?.release ?? null, data.volume])
}

/** Whether an instance is as the operation was to leave it; `dirty`: what its result names. */
function isAfter(
  story: Story,
  { input: { revision, base, request, hosts } }: Operation,
  dirty: readonly string[],
): (name: string, is: InstanceState | null) => boolean {
  if (request.kind === 'destroy' || request.kind === 'cleanup') return (_name, is) => is === null
  // Nothing of it is to be another.
  if (request.kind === 'restart' || request.kind === 'snapshot') return () => false
  // A restore may bring back an older version; that is what was asked for.
  if (request.kind === 'restore') return (_name, is) => is !== null && is.status === 'Running' && isTrue(is)
  const all = [...story.world.instances.values()].map(observedOf)
  // What is on hosts that were left out is nobody's business.
  const { without = [] } = request
  const observed = without.length === 0 ? all : all.filter(({ host }) => hosts[host] !== undefined)
  const kept = observed.flatMap(({ name, labels }) => (labels?.role === 'old' ? [name] : []))
  const openAmong = (some: ObservedInstance[]): Set<string> | null => {
    const changes = changesFor(revision, some, kept, { base, without })
    return changes && new Set(changes.flatMap(({ instance, from }) => [instance, from?.name ?? instance]))
  }
  const open = openAmong(observed)
  // A set of two colors is made anew as a whole. Where the result names who is not done, the others are judged without them.
  const halfDone = new Set(observed.flatMap((i) => (isDirty(dirty, i) ? replicasOf(i.labels) : [])))
  const others = observed.filter(({ labels }) => !replicasOf(labels).some((replica) => halfDone.has(replica)))
  const openOthers = halfDone.size === 0 ? open : openAmong(others)
  // It cannot become what is declared, so nothing is.
  if (open === null || openOthers === null) return () => false
  const isOther = new Set(others.map(({ name }) => name))
  return (name, is) =>
    !(isOther.has(name) ? openOthers : open).has(name) && (is === null || (is.labels !== null && isTrue(is)))
}

const replicasOf = (labels: ObservedInstance['labels']): string[] => (labels === null ? [] : [replicaKey(labels)])

/** What its labels say is in it, is in it. */
const isTrue = ({ app, labels }: InstanceState): boolean => (app?.release ?? null) === (labels?.release ?? null)

function said(was: InstanceState | null, is: InstanceState | null): string {
  const words = (i: InstanceState | null): string =>
    i === null
      ? 'absent'
      : `${i.status} ${i.labels?.role} ${i.labels?.release} (has ${i.app?.release}) of ${i.labels?.digest} on volume ${i.data.volume}`
  return `was ${words(was)}, is ${words(is)}`
}

/** After an operation that succeeded, the app of every live instance is what its labels say, and runs. */
export const succeededRuns: Invariant = {
  name: 'succeeded-runs',
  atClose: ({ world, scenario }, { id, ended, input: { request }, byHand }) => {
    if (ended?.end?.result.outcome !== 'succeeded') return null
    if (request.kind !== 'deploy' && request.kind !== 'rollback') return null
    const ours = [...world.instances.values()].filter(({ labels }) => labels?.topology === scenario.topology)
    const dead = ours.find((i) => i.labels?.role === 'live' && !byHand.has(placeOf(i)) && !isTrue(i))
    return dead === undefined ? null : `${id} succeeded, but the app of ${placeOf(dead)} ${said(dead, dead)}`
  },
}

/**
 * The data of a stateful instance goes only with the words of somebody: a destroy, or force. What an operation made, could not undo and
 * nobody wrote to holds none.
 */
export const keepsStatefulData: Invariant = {
  name: 'keeps-stateful-data',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'deleted' || !effect.instance.stateful) return null
    const operation = story.operations.findLast(({ id }) => effect.by === id || effect.by.startsWith(`${id}/`))
    const was = operation?.before.get(placeOf(effect.instance))
    // What this operation made itself is its own to remove.
    if (was === undefined || was.data.volume !== effect.instance.data.volume) return null
    if (was.labels?.role === 'new' && effect.instance.data.written === 0) return null
    const { kind, force } = operation!.input.request
    // What moves with its data is on the other host by now: `last-write-stays`.
    if (kind === 'destroy' || kind === 'drain' || force === true) return null
    return `${operation!.id} (${kind}, not forced) deletes ${placeOf(effect.instance)} with ${was.data.written} written`
  },
}

/**
 * A snapshot is not put over what was written since, unless a person wanted that, or the operation could not know: the app was healthy
 * and broke again before anybody heard of it, or an abort came before the answer.
 */
export const keepsWrites: Invariant = {
  name: 'keeps-writes',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'restored' || effect.lost <= 0) return null
    const operation = story.operations.findLast(({ id }) => effect.by === id || effect.by.startsWith(`${id}/`))
    if (operation === undefined || operation.input.request.kind === 'restore') return null
    const { revision } = operation.input
    const isOwn = effect.snapshot.by === effect.by || effect.snapshot.by.startsWith(`${operation.id}/`)
    const isThisTime = Date.parse(effect.snapshot.createdAt) >= operation.startedAt
    if (revision.topology.strategy.rollback.snapshot === 'always' && isOwn && isThisTime) return null
    const { name } = effect.instance
    if (isThisTime && operation.disturbed.some((what) => what.startsWith(`waitUntilHealthy ${name}:`))) return null
    if (isThisTime && operation.unheard.has(`waitUntilHealthy ${name}`)) return null
    return `${operation.id} restores ${effect.snapshot.name} of ${effect.snapshot.createdAt} on ${placeOf(effect.instance)} and loses ${effect.lost} written since`
  },
}

/** A restore that came to nothing leaves the snapshot that was wanted: a person may try again. */
export const keepsWantedSnapshot: Invariant = {
  name: 'keeps-wanted-snapshot',
  atClose: ({ world }, { id, input: { request }, before, ended }) => {
    if (request.kind !== 'restore' || ended?.end == null || ended.end.result.outcome === 'succeeded') return null
    const has = (i: InstanceState | undefined): boolean =>
      i?.snapshots.some((s) => s.name === request.snapshot) === true
    const without = [...before].find(([place, was]) => has(was) && !has(world.instances.get(place)))
    return without === undefined
      ? null
      : `${id} is ${ended.end.result.outcome}, and ${request.snapshot} of ${without[0]} is gone`
  },
}

/** An undo that could not put a snapshot back leaves it: it may be all that there is of what was before. */
export const keepsNeededSnapshot: Invariant = {
  name: 'keeps-needed-snapshot',
  atClose: ({ world }, { id, ended }) => {
    const { undo = [] } = (ended?.end?.result.error?.details ?? {}) as { undo?: LaneFailure[] }
    const without = undo
      .filter((failure) => failure.undo === 'restore')
      .map(({ host, instance: name }) => world.find({ host, name }))
      .find((found) => found?.snapshots.some(({ by }) => by === id || by.startsWith(`${id}/`)) === false)
    return without == null ? null : `${id} could not restore ${placeOf(without)}, and its snapshot is gone`
  },
}

/** What does not belong to the topology stays as it is. */
export const sparesBystanders: Invariant = {
  name: 'spares-bystanders',
  afterEffect: ({ scenario }, effect) => {
    if (effect.kind === 'routed' || effect.kind === 'looked') return null
    const { name, host } = effect.instance
    const isOthers = scenario.bystanders.some((other) => other.name === name && other.host === host)
    return isOthers ? `${effect.by} touches ${host}/${name}, which is somebody else's` : null
  },
}

/** In the end everything of ours is explained by the ledger: as stable, as standby, or as dirty. */
export const nothingUnknown: Invariant = {
  name: 'nothing-unknown',
  atEnd: ({ world, ledger, scenario, server, ledgerId, operations }) => {
    const ours = oursOf(scenario.topology, [...world.instances.values()].map(observedOf))
    const rest = ours.filter(({ name }) => !scenario.bystanders.some((other) => other.name === name))
    if (rest.length === 0) return null
    const names = rest.map(({ name, labels }) => `${name} (${labels.role}, operation ${labels.operation})`).join(', ')
    if (ledger === null || !server.isOpen(ledgerId)) return `no ledger is open, but there are ${names}`
    const known = new Set([...ledger.dirty, ...(ledger.standby?.names ?? [])])
    const isDeclared = (resource: string, revision: number): boolean =>
      ledger.revisions.some(
        // What a held operation made is not stable, but is of a revision that is kept.
        ({ number, topology }) =>
          (number === (ledger.stable ?? ledger.desired) || number === revision) &&
          topology.resources[resource] !== undefined,
      )
    const planned = plannedNext(ledger, rest)
    const lost = rest.filter(({ name, host, labels }) => {
      if (isDirty(known, { name, host }) || known.has(lostOperation(labels.operation))) return false
      if (labels.role === 'old' && wasRestoredFrom(operations, host)) return false
      if (labels.role === 'old' && planned(name) && wasPutAside(operations, ledger.dirty, { name, host })) return false
      return labels.role !== 'live' || !isDeclared(labels.resource, labels.revision)
    })
    if (lost.length === 0 || isTold(operations, lost)) return null
    return `the ledger knows nothing of ${lost.map(({ name, labels }) => `${name} (${labels.role}, operation ${labels.operation})`).join(', ')}`
  },
}

/** A copy on another host took its place: it stays with its data, for a person. */
const wasRestoredFrom = (operations: readonly Operation[], host: string): boolean =>
  operations.some(({ input: { request } }) => request.replica !== undefined && request.replica !== host)

/** The operation is held: what it was to replace waits beside its replacement for a person to decide. */
const isPutAside = ({ ended, before }: Operation, at: { name: string; host: string }): boolean =>
  ended?.end?.result.outcome === 'held' && before.get(placeOf(at))?.labels?.role === 'live'

/** Whether a deploy of what is desired would remove an instance or bring it back. */
function plannedNext({ revisions, desired, standby }: LedgerState, ours: Ours[]): (name: string) => boolean {
  const revision = revisions.find(({ number }) => number === desired)
  const change = revision === undefined ? [] : changesFor(revision, ours, standby?.names ?? [])
  const names = new Set(change?.flatMap(({ instance, from }) => [instance, from?.name ?? instance]))
  // Somebody else's instance is in the way of the deploy itself.
  return (name) => change === null || names.has(name)
}

/** An operation put it aside and neither finished nor took that back, and none has finished since. */
function wasPutAside(
  operations: readonly Operation[],
  dirty: readonly string[],
  at: { name: string; host: string },
): boolean {
  const finished = operations.findLastIndex(
    ({ ended, input: { request } }) =>
      (request.kind === 'deploy' || request.kind === 'rollback') &&
      (ended?.end?.result.outcome === 'succeeded' || ended?.end?.committed === true),
  )
  return operations
    .slice(finished + 1)
    .some((o) => o.before.get(placeOf(at))?.labels?.role === 'live' && leavesAside(o, dirty))
}

/** Held, also where a canary could not be taken out of the traffic; or lost, which the ledger knows. */
function leavesAside({ ended, input }: Operation, dirty: readonly string[]): boolean {
  if (ended?.end == null) return dirty.includes(lostOperation(input.number))
  const { outcome, error } = ended.end.result
  if (outcome === 'held') return true
  const { onFailure } = input.revision.topology.strategy.rollback
  const cause = (error?.details as { cause?: { code?: string } } | undefined)?.cause
  return outcome === 'needsAttention' && onFailure === 'hold' && cause?.code !== 'ABORTED'
}

/** The last operation said of them in its result that they are there. */
const isTold = (operations: readonly Operation[], lost: readonly { name: string }[]): boolean => {
  const text = JSON.stringify(operations.at(-1)?.ended?.end?.result.error ?? '')
  return lost.every(({ name }) => text.includes(name))
}

/** What the ledger calls stable is there, unless it also says that something is dirty or came to no good end. */
export const stableIsThere: Invariant = {
  name: 'stable-is-there',
  atEnd: ({ world, ledger, operations, imported }) => {
    if (imported) return null
    const revision = ledger?.revisions.find(({ number }) => number === ledger.stable)
    if (ledger == null || revision === undefined || ledger.dirty.length > 0) return null
    const last = operations.at(-1)?.ended?.end?.result.outcome
    if (last !== 'succeeded' && last !== 'rolledBack') return null
    const observed = [...world.instances.values()].map(observedOf)
    const missing = (changesFor(revision, observed, ledger.standby?.names ?? []) ?? []).filter(
      ({ action }) => action === 'create',
    )
    return missing.length === 0
      ? null
      : `revision ${revision.number} is stable and nothing is dirty, but there is no ${missing.map(({ instance }) => instance).join(', ')}`
  },
}
