import { setTimeout as sleep } from 'node:timers/promises'
import { listInstances, parseInstances } from '../src/incus/index.js'
import { labelsFromConfig } from '../src/plan/labels.js'
import { decide, paceOf, stillNeeded, type LoadLook } from '../src/scaling/decide.js'
import { loadBetween, loadWords, type Metered, type Meters } from '../src/scaling/load.js'
import { totalsOf, type Live } from '../src/scaling/totals.js'
import type { Resource } from '../src/topology/model.js'
import type { Activities, LoadSeen, LoadWatchInput, Scaled } from '../src/contracts/index.js'
import type { ActivityDeps } from './deps.js'
import { step } from './step.js'

/** A host or an edge that answers slower than this says nothing, ms. */
const ANSWER_MS = 10_000

/** Seeing between operations how much the instances have to bear. */
export function loadActivities(deps: ActivityDeps): Pick<Activities, 'watchLoad'> {
  return {
    watchLoad: step(async ({ forMs, ...input }, signal): Promise<LoadSeen | null> => {
      const watched = following(input).map(([name, resource]) => new Following(name, resource, input.notBefore[name]))
      const restMs = Math.min(...watched.map(({ everyMs }) => everyMs))
      for (const until = Date.now() + forMs; ;) {
        const meters = await read(deps, input, signal)
        const seen = watched.flatMap((each): [string, Scaled][] => {
          const scaled = each.look(meters, Date.now())
          return scaled === null ? [] : [[each.name, scaled]]
        })
        const at = new Date().toISOString()
        if (seen.length > 0) return { at, scaled: Object.fromEntries(seen) }
        if (Date.now() >= until) return null
        await sleep(Math.min(restMs, Math.max(0, until - Date.now())), undefined, { signal })
      }
    }),
  }
}

type Scaling = NonNullable<Resource['scaling']>
type Followed = Resource & { scaling: Scaling; replicas: number }

const following = ({ revision }: Pick<LoadWatchInput, 'revision'>): [string, Followed][] =>
  Object.entries(revision.topology.resources).flatMap(([name, resource]) => {
    const { scaling, replicas } = resource
    return scaling === undefined || replicas === null ? [] : [[name, { ...resource, scaling, replicas }]]
  })

/** One resource, and what was seen of it. */
class Following {
  private before: Meters | null = null
  private looks: LoadLook[] = []
  private readonly metered: Metered

  constructor(
    readonly name: string,
    private readonly resource: Followed,
    private readonly notBefore = '',
  ) {
    this.metered = { target: resource.scaling.target, cpus: resource.limits.cpu, count: resource.replicas }
  }

  /** ms */
  get everyMs(): number {
    return paceOf(this.resource.scaling).everyMs
  }

  look(readings: Readings | null, nowMs: number): Scaled | null {
    const { scaling, replicas: from } = this.resource
    const totals = readings?.totals(this.name, scaling.target.of) ?? null
    const now = readings === null || totals === null ? null : { at: readings.at, totals }
    const load = now === null ? null : loadBetween(this.before, now, this.metered)
    // The first reading is no look: there is nothing to compare it with.
    if (this.before !== null || now === null) this.looks.push({ at: nowMs, load })
    this.before = now
    this.looks = stillNeeded(this.looks, { scaling, nowMs })
    const decided = nowMs < Date.parse(this.notBefore) ? null : decide(this.looks, { count: from, scaling, nowMs })
    return decided === null ? null : { from, to: decided.count, reason: loadWords(decided.load, scaling.target) }
  }
}

interface Readings {
  /** ms since the epoch. */
  at: number
  /** By instance of a resource; null: not all that there is answered. */
  totals(resource: string, of: Scaling['target']['of']): Record<string, number> | null
}

/** The counters of all live instances; null: a host gave no answer. */
async function read(deps: ActivityDeps, input: LoadWatchInput, signal: AbortSignal): Promise<Readings | null> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
  try {
    const [live, requests] = await Promise.all([liveOnes(deps, input, limit), requestsOf(deps, input, limit)])
    const at = Date.now()
    return {
      at,
      totals: (resource, of) => totalsOf(live, requests, { resource, of }),
    }
  } catch (error) {
    signal.throwIfAborted()
    deps.log.warn({ error: String(error), topology: input.topology }, 'the load could not be read')
    return null
  }
}

async function liveOnes(deps: ActivityDeps, input: LoadWatchInput, signal: AbortSignal): Promise<Live[]> {
  const { topology } = input.revision
  const lists = await Promise.all(
    hostsOf(input).map(async ([host, via]) => {
      const list = listInstances({ project: topology.project })
      const { stdout } = await deps.executorFor(host, via).run(list, { signal, timeoutMs: ANSWER_MS })
      return parseInstances(stdout)
    }),
  )
  return lists.flat().flatMap(({ name, status, config, state }): Live[] => {
    const labels = labelsFromConfig(config ?? {})
    if (labels === null || labels.topology !== input.topology || labels.role !== 'live') return []
    // A VM without an agent seems to have used none.
    const cpuNs = state?.cpu?.usage || null
    return [{ name, resource: labels.resource, isRunning: status === 'Running', cpuNs }]
  })
}

/** Requests by instance since each edge began to count, of all edges that lead there. */
async function requestsOf(
  deps: ActivityDeps,
  input: LoadWatchInput,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  if (following(input).every(([, { scaling }]) => scaling.target.of !== 'requests')) return new Map()
  const stats = await Promise.all(hostsOf(input).map(([host, via]) => deps.edgeFor(host, via).stats(input.topology)))
  signal.throwIfAborted()
  const sums = new Map<string, number>()
  for (const { server, totalRequests } of stats.flat()) sums.set(server, (sums.get(server) ?? 0) + totalRequests)
  return sums
}

const hostsOf = ({ revision, without }: LoadWatchInput) =>
  Object.entries(revision.topology.hosts).filter(([name]) => !without.includes(name))
