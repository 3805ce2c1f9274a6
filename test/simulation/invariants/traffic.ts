import { instanceName } from '../../../src/naming/instance-names.js'
import { isDirty } from '../../../src/plan/half-done.js'
import { replicas } from '../../../src/plan/specs.js'
import { poolName } from '../../../src/plan/routes.js'
import type { Revision } from '../../../src/plan/model.js'
import type { TopologyRoutes } from '../../../src/traffic/model.js'
import type { Operation, Story } from '../story.js'
import { openOperation, operationOf } from '../story.js'
import { placeOf } from '../world/model.js'
import { observedOf } from '../world/world.js'
import { changesFor } from './work-for.js'
import type { Invariant } from './invariant.js'

/** The edges lead to live instances; during an operation also to new ones and canaries, never to what was put aside. */
export const servesTheRightRole: Invariant = {
  name: 'serves-the-right-role',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'routed' && effect.kind !== 'changed') return null
    const { world, scenario } = story
    const wrong = world.serving(scenario.topology).find((serving) => {
      const instance = world.find(serving)
      return instance !== null && (instance.labels?.topology !== scenario.topology || instance.labels.role === 'old')
    })
    if (wrong === undefined) return null
    const during = operationOf(story, effect.by)
    // The role is written a moment before or after the edge is told; only an end shows which is meant.
    if (during !== null && during.ended === null && world.find(wrong)?.labels?.role === 'old') return null
    return `${wrong.pool} leads to ${wrong.name}, which is ${world.find(wrong)?.labels?.role ?? "somebody else's"}`
  },
  atClose: (story, { id, ended, input, servingBefore }) => {
    const { world, scenario } = story
    if (ended?.end == null) return null
    const { kind } = input.request
    const setsRight = ended.end.result.outcome === 'succeeded' && (kind === 'deploy' || kind === 'rollback')
    // What an operation before it left half changed is left alone by all others.
    const dirty = new Set([...ended.end.dirty, ...(setsRight ? [] : input.dirty)])
    // An edge that could not be told of it leads to nothing; the result says so.
    const isHalfDestroyed = kind === 'destroy' && ended.end.result.outcome !== 'succeeded'
    if (isHalfDestroyed) return null
    // What came to nothing before it changed anything leaves what it found, also what an operation before it could not undo.
    const found = new Set(ended.end.result.outcome === 'failed' ? servingBefore.map(placeOf) : [])
    const wrong = world.serving(scenario.topology).find((serving) => {
      const instance = world.find(serving)
      if (found.has(placeOf(serving))) return false
      return !isDirty(dirty, serving) && (instance === null || instance.labels?.role !== 'live')
    })
    if (wrong === undefined) return null
    return `${id} is ${ended.end.result.outcome}: ${wrong.pool} leads to ${wrong.name}, which is ${world.find(wrong)?.labels?.role ?? 'gone'}`
  },
}

/** Who served before an operation that came to nothing serves after it. An edge may have led to what was gone before it. */
export const rolledBackServes: Invariant = {
  name: 'rolled-back-serves',
  atClose: ({ world, scenario }, { id, ended, before, servingBefore, input }) => {
    if (ended?.end?.result.outcome !== 'rolledBack') return null
    const now = new Set(world.serving(scenario.topology).map(placeOf))
    const dirty = new Set([...ended.end.dirty, ...input.dirty])
    const served = servingBefore.filter((s) => before.has(placeOf(s)) && !isDirty(dirty, s)).map(placeOf)
    const out = served.filter((place) => !now.has(place))
    return out.length === 0 ? null : `${id} is rolledBack, but ${out.join(', ')} served before and does not now`
  },
}

/**
 * No operation removes an instance that runs while an edge gives it requests: it is drained first. A destroy goes on where an edge
 * cannot be told, for nobody is to be served any more.
 */
export const drainsBeforeRemoval: Invariant = {
  name: 'drains-before-removal',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'deleted') return null
    const operation = operationOf(story, effect.by)
    if (operation === null || operation.input.request.kind === 'destroy') return null
    const { world, scenario } = story
    const { instance, by } = effect
    const serves = world.serving(scenario.topology).some((serving) => placeOf(serving) === placeOf(instance))
    return serves && instance.status === 'Running' ? `${by} deletes ${placeOf(instance)}, which takes requests` : null
  },
}

/** Every live instance behind an edge serves after an operation that succeeded, unless it is known to be dirty. */
export const succeededServes: Invariant = {
  name: 'succeeded-serves',
  atClose: ({ world, scenario }, { id, ended, input }) => {
    if (ended?.end?.result.outcome !== 'succeeded') return null
    const { kind } = input.request
    if (kind !== 'deploy' && kind !== 'rollback') return null
    const serving = new Set(world.serving(scenario.topology).map(placeOf))
    const { resources } = input.revision.topology
    const out = [...world.instances.values()].filter(
      ({ name, host, labels }) =>
        labels?.topology === scenario.topology &&
        labels.role === 'live' &&
        (resources[labels.resource]?.expose.length ?? 0) > 0 &&
        !name.startsWith('copy') &&
        !serving.has(placeOf({ name, host })),
    )
    return out.length === 0 ? null : `${id} succeeded, but ${out.map(({ name }) => name).join(', ')} takes no traffic`
  },
}

/** What is declared no more takes its requests until all that is declared is there to take them. */
export const portsStayOpen: Invariant = {
  name: 'ports-stay-open',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'routed' || effect.before === null) return null
    const operation = operationOf(story, effect.by)
    if (operation === null || operation.ended !== null || operation.disturbed.length > 0) return null
    const { request, revision, dirty } = operation.input
    if ((request.kind !== 'deploy' && request.kind !== 'rollback') || dirty.length > 0) return null
    const closed = open(effect.before).filter((port) => !open(effect.now).includes(port))
    const left = closed.filter((port) => isOfGone(effect.before, port, revision))
    if (left.length === 0 || isTheOnlyOne(effect.before, left, operation)) return null
    const observed = [...story.world.instances.values()].map(observedOf)
    const missing = (changesFor(revision, observed, []) ?? []).filter(({ action }) => action !== 'delete')
    return missing.length === 0
      ? null
      : `${operation.id} closes ${left.join(', ')} on ${effect.host}, but there is no ${missing.map(({ instance }) => instance).join(', ')} yet`
  },
}

/** Who served there is made over in its place, under another resource's name: there is nobody else to take its requests meanwhile. */
const isTheOnlyOne = (routes: TopologyRoutes | null, ports: readonly number[], { input }: Operation): boolean => {
  const { topology } = input.revision
  const declared = new Set(
    replicas(input.revision).map(({ resource, index }) => instanceName(topology.name, resource, index)),
  )
  const pools = (routes?.routes ?? []).flatMap(({ as, pool }) => (ports.includes(as) ? [pool] : []))
  const served = (routes?.pools ?? []).flatMap(({ name, servers }) => (pools.includes(name) ? servers : []))
  return served.every(({ name }) => declared.has(name))
}

/** Public ports that lead to somebody. */
const open = (routes: TopologyRoutes | null): number[] =>
  (routes?.routes ?? []).flatMap(({ as, pool }) =>
    routes?.pools.some(({ name, servers }) => name === pool && servers.some((s) => s.state === 'ready' && s.weight > 0))
      ? [as]
      : [],
  )

/** The port led to a resource that is declared no more, under no name that is the same one to Incus. */
const isOfGone = (routes: TopologyRoutes | null, port: number, { topology }: Revision): boolean => {
  const pool = routes?.routes.find(({ as }) => as === port)?.pool ?? ''
  return !Object.keys(topology.resources).some((name) => pool.startsWith(poolName(topology.name, name, 4000, '')))
}

/** While a canary is on trial, the new version takes no more than the first step's share, all its instances together. */
export const canaryHasItsShare: Invariant = {
  name: 'canary-share',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'routed') return null
    const operation = operationOf(story, effect.by)
    if (operation === null || operation.type !== 'canary' || operation.wentOn || operation.ended !== null) return null
    if (operation.disturbed.length > 0 || openOperation(story) !== operation) return null
    const most = (operation.input.revision.topology.strategy.steps[0]?.weight ?? 100) / 100
    if (most >= 1) return null
    for (const [pool, { fresh, stable }] of shares(story, operation)) {
      // A share of a percent cannot always be met in whole weights.
      if (stable > 0 && fresh > most + 0.03)
        return `${operation.id}: ${pool} sends ${Math.round(fresh * 100)} % to the new version before the canary passed`
    }
    return null
  },
}

/** By edge and pool, where a canary tries the resource : how much goes to the version before and to the new one. */
function shares(story: Story, operation: Operation): Map<string, { fresh: number; stable: number }> {
  const { world, scenario } = story
  const { resources } = operation.input.revision.topology
  const pools = new Map<string, { fresh: number; stable: number }>()
  const tried = new Set(
    [...world.instances.values()].flatMap(({ labels }) => (labels?.role === 'canary' ? [labels.resource] : [])),
  )
  for (const serving of world.serving(scenario.topology)) {
    const instance = world.find(serving)
    const { labels } = instance ?? {}
    if (labels == null || !tried.has(labels.resource) || resources[labels.resource]?.stateful !== false) continue
    const pool = `${serving.pool} on ${serving.host}`
    const sum = pools.get(pool) ?? { fresh: 0, stable: 0 }
    const was = operation.before.get(placeOf(serving))
    const isFresh = was === undefined || was.labels?.digest !== labels.digest
    sum[isFresh ? 'fresh' : 'stable'] += serving.share
    pools.set(pool, sum)
  }
  return pools
}

/**
 * A restore, a restart or a cleanup puts no instance into the traffic that an earlier operation left half changed, as long as another
 * one of the resource serves. What only did not come up from a restart comes back with the next one.
 */
export const dirtyStaysOut: Invariant = {
  name: 'dirty-stays-out',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'routed') return null
    const operation = operationOf(story, effect.by)
    const kind = operation?.input.request.kind
    if (operation === null || kind === undefined || !BRINGS_BACK.has(kind)) return null
    const { dirty, notComeUp = [] } = operation.input
    const { bystanders } = story.scenario
    const whole = [...operation.before.values()].filter(
      (i) => i.labels?.role === 'live' && !isDirty(dirty, i) && !bystanders.some((other) => other.name === i.name),
    )
    const others = new Set(whole.map(({ labels }) => labels?.resource))
    const back = story.world
      .serving(story.scenario.topology)
      .find(
        (serving) =>
          others.has(operation.before.get(placeOf(serving))?.labels?.resource) &&
          isDirty(dirty, serving) &&
          !isDirty(notComeUp, serving) &&
          !operation.restored.has(placeOf(serving)) &&
          !operation.servingBefore.some((before) => placeOf(before) === placeOf(serving)),
      )
    return back === undefined ? null : `${operation.id} (${kind}) puts ${back.name} into the traffic, which is dirty`
  },
}

/** What lets instances into the traffic without having made them what is declared. */
const BRINGS_BACK: ReadonlySet<string> = new Set(['restore', 'cleanup', 'restart'])

/** After a pause what is under way comes to its end, and then nothing more is changed until somebody resumes. */
export const pauseHolds: Invariant = {
  name: 'pause-holds',
  afterEffect: (story, effect) => {
    const operation = operationOf(story, effect.by)
    if (operation === null || effect.kind === 'looked' || pausedFor(story, operation) < STEP_MS) return null
    const what = effect.kind === 'routed' ? `the routes of ${effect.host}` : effect.instance.name
    return `${operation.id} was paused ${seconds(story, operation)} s ago and changes ${what}`
  },
  atClose: (story, operation) => {
    if (operation.ended?.end?.result.outcome !== 'succeeded' || pausedFor(story, operation) < STEP_MS) return null
    return `${operation.id} was paused ${seconds(story, operation)} s ago and succeeds`
  },
}

/** The longest step takes so long, when nothing goes wrong in it. */
const STEP_MS = 60_000

/** How long a pause should have held by now, ms; 0: nothing is to be expected. */
function pausedFor({ server, workerAwayAt }: Story, { pausedAt, disturbed, ended }: Operation): number {
  const isDisturbed = disturbed.length > 0 || (workerAwayAt !== null && pausedAt !== null && workerAwayAt >= pausedAt)
  if (pausedAt === null || isDisturbed || (ended !== null && ended.at < server.now)) return 0
  return server.now - pausedAt
}

const seconds = (story: Story, operation: Operation): number => Math.round(pausedFor(story, operation) / 1000)
