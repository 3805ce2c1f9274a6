import { replicaKey } from '../../../src/plan/specs.js'
import type { Labels } from '../../../src/plan/model.js'
import { operationOf, type Operation, type Story } from '../story.js'
import { placeOf, type InstanceState } from '../world/model.js'
import type { Invariant } from './invariant.js'

type Ours = InstanceState & { labels: Labels }

/** What holds data, wherever it is; copies are no such. */
const withData = ({ world, scenario }: Story): Ours[] =>
  [...world.instances.values()].filter(
    (instance): instance is Ours =>
      instance.stateful && instance.labels?.topology === scenario.topology && instance.labels.role !== 'replica',
  )

/**
 * No two instances of one identity (a place of a stateful resource) run at the same time, whatever befalls hosts: nobody starts one before
 * the other is known to be stopped, and what was put aside is not started by its host. A person may say so of a host that gives no
 * answer (`--force`). If that is not true, or the host comes back, the original runs until a worker has reached it between two operations.
 */
export const oneWriter: Invariant = {
  name: 'one-writer',
  afterEffect: (story) => writers(story),
  atEnd: (story) => writers(story),
}

function writers(story: Story): string | null {
  const running = new Map<string, Ours>()
  for (const instance of withData(story)) {
    if (instance.status !== 'Running') continue
    const key = replicaKey(instance.labels)
    const other = running.get(key)
    if (other !== undefined && !isConfirmed(story, other, instance)) {
      const words = [other, instance].map((i) => `${placeOf(i)} (${i.labels.role}, operation ${i.labels.operation})`)
      return `${words.join(' and ')} run at the same time`
    }
    running.set(key, instance)
  }
  return null
}

/**
 * Somebody said of one of them that it does not run, because its host gave no answer, and nobody has had the time since to see to it that
 * this is true.
 */
function isConfirmed(story: Story, ...both: Ours[]): boolean {
  const said = story.operations.findLast(({ input: { request }, touched, ...operation }) => {
    const others = both.filter((instance) => !touched.has(placeOf(instance)))
    return request.force === true && others.length === 1 && wasOutIn(story, operation, others[0]!.host)
  })
  if (said === undefined) return false
  // What was begun anew elsewhere is a matter for a person: the host is left apart until the next deploy.
  if (said.input.request.kind === 'deploy') return true
  return both.some(({ host }) => isOutOrJustBack(story, host)) || isBusyOrJustWas(story)
}

const wasOutIn = (
  { outs }: Story,
  { startedAt, ended }: Pick<Operation, 'startedAt' | 'ended'>,
  host: string,
): boolean => outs.some((out) => out.host === host && out.until >= startedAt && out.from <= (ended?.at ?? Infinity))

/** ms after which a worker has reached a host that is back, also when a round of copies has just failed. */
const SEEN_TO_MS = 3 * 60_000

const isOutOrJustBack = ({ outs, server }: Story, host: string): boolean =>
  outs.some((out) => out.host === host && server.now - out.until < SEEN_TO_MS)

/** Nothing is copied during an operation, and so nobody looks for what was replaced. */
const isBusyOrJustWas = ({ operations, server, workerAwayAt }: Story): boolean =>
  operations.some(({ ended }) => ended === null || server.now - ended.at < SEEN_TO_MS) ||
  (workerAwayAt !== null && server.now - workerAwayAt < SEEN_TO_MS)

/** A copy never runs. */
export const copiesStand: Invariant = {
  name: 'copies-stand',
  afterEffect: ({ world, scenario }) => {
    const runs = [...world.instances.values()].find(
      ({ labels, status }) =>
        labels?.topology === scenario.topology && labels.role === 'replica' && status === 'Running',
    )
    return runs === undefined ? null : `the copy ${placeOf(runs)} runs`
  },
}

/** What fails over by itself is never what holds data: its host may live on behind a broken network. */
export const failoverLeavesData: Invariant = {
  name: 'failover-leaves-data',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'created' || !effect.instance.stateful) return null
    const operation = operationOf(story, effect.by)
    if (operation?.input.request.kind !== 'failover') return null
    const was = [...operation.before.values()].some(
      ({ labels }) => labels !== null && replicaKey(labels) === replicaKey(effect.instance.labels as Labels),
    )
    return was ? `${operation.id} makes ${placeOf(effect.instance)}, which holds data elsewhere` : null
  },
}

/**
 * The last that was written to what lives stays somewhere, as an instance or a copy of it, unless somebody asked for a destroy, forced it, or
 * wanted an older copy back.
 */
export const lastWriteStays: Invariant = {
  name: 'last-write-stays',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'deleted' || !effect.instance.stateful) return null
    const { instance } = effect
    const operation = operationOf(story, effect.by)
    if (operation === null || !operation.before.has(placeOf(instance))) return null
    const { kind, force } = operation.input.request
    if (kind === 'destroy' || force === true || instance.labels?.role === 'replica') return null
    const was = operation.before.get(placeOf(instance))!
    if (was.data.volume !== instance.data.volume || instance.data.written === 0) return null
    const kept = [...story.world.instances.values()].some(
      ({ data }) => data.volume === instance.data.volume && data.written >= instance.data.written,
    )
    return kept
      ? null
      : `${operation.id} deletes ${placeOf(instance)}, the only one with ${instance.data.written} written`
  },
}

/** When all hosts have been there for long, there is one of each. Who leaves a host out by hand deploys again once it is back. */
export const oneOfEach: Invariant = {
  name: 'one-of-each',
  atEnd: (story) => {
    const { world, ledger, scenario, operations } = story
    if (ledger === null || ledger.dirty.length > 0 || world.outages.size > 0) return null
    const stable = ledger.revisions.find(({ number }) => number === ledger.stable)
    if (stable?.topology.failover === undefined || ledger.failover !== undefined) return null
    const last = operations.at(-1)?.ended?.end?.result.outcome
    if (last !== 'succeeded' && last !== 'rolledBack') return null
    const brought = operations.findLast(
      ({ input: { request }, ended }) => BRINGS.has(request.kind) && ended?.end?.result.outcome === 'succeeded',
    )
    if ((brought?.input.request.without ?? []).length > 0) return null
    const seen = new Map<string, string>()
    for (const instance of world.instances.values()) {
      const { labels } = instance
      if (labels?.topology !== scenario.topology || labels.role !== 'live') continue
      const key = replicaKey(labels)
      const other = seen.get(key)
      if (other !== undefined) return `${other} and ${placeOf(instance)} are both there for ${key}`
      seen.set(key, placeOf(instance))
    }
    return null
  },
}

/** What brings everything to a revision, on the hosts that are not left out. */
const BRINGS: ReadonlySet<string> = new Set(['deploy', 'rollback', 'failover'])

/** An operation that succeeded leaves nobody in the traffic that does not run, on hosts that are there. */
export const servesWhatRuns: Invariant = {
  name: 'serves-what-runs',
  atClose: ({ world, scenario }, { id, ended, input: { request }, byHand }) => {
    if (ended?.end?.result.outcome !== 'succeeded') return null
    if (request.kind !== 'deploy' && request.kind !== 'rollback' && request.kind !== 'failover') return null
    const left = request.without ?? []
    const dead = world.serving(scenario.topology).find((serving) => {
      if (world.isOut(serving.host) || left.includes(serving.host) || byHand.has(placeOf(serving))) return false
      return world.find(serving)?.status !== 'Running'
    })
    return dead === undefined ? null : `${id} succeeded, but ${dead.pool} leads to ${placeOf(dead)}, which does not run`
  },
}
