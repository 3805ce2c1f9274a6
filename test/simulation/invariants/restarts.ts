import type { OperationInput } from '../../../src/contracts/index.js'
import { isDirty, lostOperation } from '../../../src/plan/half-done.js'
import type { Operation, Story } from '../story.js'
import { operationOf } from '../story.js'
import { placeOf, type InstanceState } from '../world/model.js'
import type { Invariant } from './invariant.js'
import { liveOf } from './live-of.js'

/**
 * Neither a restart nor a snapshot changes what an instance is, however it ends: not its labels, with fingerprint and revision, its
 * declaration, its release or its data; and none comes or goes.
 */
export const restartChangesNothing: Invariant = {
  name: 'restart-changes-nothing',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'created' && effect.kind !== 'deleted' && effect.kind !== 'restored') return null
    const operation = operationOf(story, effect.by)
    return operation !== null && isUpkeep(operation)
      ? `${effect.by} (${operation.input.request.kind}): ${placeOf(effect.instance)} is ${effect.kind}`
      : null
  },
  atClose: (story, operation) => {
    if (!isUpkeep(operation)) return null
    const { id, before, input } = operation
    for (const [place, was] of before) {
      const is = story.world.instances.get(place)
      if (is !== undefined && what(is) === what(was) && is.data.written >= was.data.written) continue
      return `${id} (${input.request.kind}): ${place} was ${what(was)}, is ${is === undefined ? 'gone' : what(is)}`
    }
    return null
  },
}

/** What the ledger says of revisions is the same after it; what is half changed is what was, or what the end names. */
export const restartKeepsRevisions: Invariant = {
  name: 'restart-keeps-revisions',
  afterTask: ({ ledger, ledgerId, operations, imported }, workflowId) => {
    const last = operations.at(-1)
    if (workflowId !== ledgerId || ledger === null || ledger.current !== null || last === undefined) return null
    const { ended, ledgerBefore: before } = last
    if (!isUpkeep(last) || ended?.end == null || before === null || imported) return null
    // The one that knows of it; not one that has yet to hear of the end, or that has begun anew.
    if (ledger.lastOperation !== last.input.number || ledger.history.at(-1)?.number !== last.input.number) return null
    for (const key of ['desired', 'attempted', 'stable', 'stableBefore'] as const) {
      const [was, is] = [before[key], ledger[key]].map((value) => JSON.stringify(value))
      if (was !== is) return `${last.id} (${last.input.request.kind}): ${key} was ${was}, is ${is}`
    }
    const known = new Set([...before.dirty, ...ended.end.dirty])
    const more = ledger.dirty.filter((entry) => !known.has(entry))
    return more.length === 0 ? null : `${last.id} leaves ${more.join(', ')} dirty, which nobody named`
  },
}

/**
 * After a restart that succeeded each instance that was meant was really started again, and runs. After any other end all that ran before
 * run, except those that the result names.
 */
export const restartedRuns: Invariant = {
  name: 'restarted-runs',
  atClose: ({ world, scenario }, operation) => {
    const { id, input, ended, before, startedAt, byHand } = operation
    if (input.request.kind !== 'restart' || ended?.end == null) return null
    const { outcome } = ended.end.result
    const left = new Set([...ended.end.dirty, ...input.dirty])
    for (const was of liveOf(before, scenario)) {
      const place = placeOf(was)
      const is = world.instances.get(place)
      if (is === undefined || byHand.has(place)) continue
      if (outcome === 'succeeded') {
        if (!isMeant(was, input.request.names)) continue
        if (is.status !== 'Running' || (is.app !== null && is.app.since < startedAt))
          return `${id} succeeded, but ${place} is ${is.status} since ${is.app?.since}, and not from it`
      } else if (was.status === 'Running' && is.status !== 'Running' && !isDirty(left, was)) {
        return `${id} is ${outcome}: ${place} ran before and is ${is.status}, and nothing says so`
      }
    }
    return null
  },
}

/** Who served before a restart or a snapshot serves after it, except what the result says is out. */
export const restartKeepsServing: Invariant = {
  name: 'restart-keeps-serving',
  atClose: ({ world, scenario }, operation) => {
    const { id, ended, before, servingBefore, input } = operation
    if (!isUpkeep(operation) || ended?.end == null) return null
    const now = new Set(world.serving(scenario.topology).map(placeOf))
    const left = new Set([...ended.end.dirty, ...input.dirty])
    // Canaries of an operation that was lost take part in nothing that is asked for after it.
    const isLost = (place: string): boolean => left.has(lostOperation(before.get(place)?.labels?.operation ?? 0))
    const out = servingBefore.filter(
      (s) => before.has(placeOf(s)) && !isDirty(left, s) && !isLost(placeOf(s)) && !now.has(placeOf(s)),
    )
    return out.length === 0
      ? null
      : `${id} (${input.request.kind}) is ${ended.end.result.outcome}, but ${out.map(placeOf).join(', ')} served before and does not now`
  },
}

/** A restart stops no instance that an edge gives requests to. */
export const drainsBeforeRestart: Invariant = {
  name: 'drains-before-restart',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'changed' || effect.instance.status === 'Running') return null
    const operation = operationOf(story, effect.by)
    if (operation?.input.request.kind !== 'restart') return null
    const place = placeOf(effect.instance)
    // Stopped by hand, it served nobody.
    if (operation.before.get(place)?.status !== 'Running' || operation.byHand.has(place)) return null
    const serves = story.world.serving(story.scenario.topology).some((serving) => placeOf(serving) === place)
    return serves ? `${effect.by} stops ${place}, which takes requests` : null
  },
}

/** One by one, a restart leaves somebody in each pool that had two. */
export const restartLeavesOneServing: Invariant = {
  name: 'restart-leaves-one-serving',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'routed') return null
    const operation = operationOf(story, effect.by)
    if (operation === null || operation.ended !== null || !isOneByOne(operation)) return null
    const now = story.world.serving(story.scenario.topology)
    const pools = new Map<string, number>()
    for (const { host, pool } of operation.servingBefore.filter((s) => isWhole(story, operation, s)))
      pools.set(`${pool} on ${host}`, (pools.get(`${pool} on ${host}`) ?? 0) + 1)
    for (const [pool, count] of pools) {
      if (count > 1 && !now.some((s) => `${s.pool} on ${s.host}` === pool))
        return `${operation.id} leaves nobody in ${pool}, which had ${count}`
    }
    return null
  },
}

const isOneByOne = ({ input: { request, revision } }: Operation): boolean =>
  request.kind === 'restart' && (request.maxParallel ?? revision.topology.strategy.maxParallel) === 1

/** Not what an earlier operation left half changed: that stays out once it is out. */
const isWhole = ({ world }: Story, { input }: Operation, at: { host: string; name: string }): boolean =>
  !isDirty(input.dirty, at) && world.find(at)?.labels?.role === 'live'

const isUpkeep = ({ input: { request } }: Operation): boolean =>
  request.kind === 'restart' || request.kind === 'snapshot'

/** All that a restart or a snapshot leaves alone. */
const what = ({ type, labels, config, devices, app, data }: InstanceState): string =>
  JSON.stringify([type, labels, config, devices, app?.release ?? null, data.volume])

/** Whether it is one of those that were named; none: all are meant. */
const isMeant = ({ name, labels }: InstanceState, names: OperationInput['request']['names'] = []): boolean =>
  names.length === 0 || names.includes(name) || names.includes(labels?.resource ?? '')
