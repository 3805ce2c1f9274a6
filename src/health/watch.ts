import type { Seen, Sick, WatchInput } from '../contracts/watch.js'
import { isHalfDone } from '../plan/half-done.js'
import type { InstanceSpec } from '../plan/model.js'
import type { Ours } from '../plan/planned-change.js'
import { instanceSpec, replicaKey } from '../plan/specs.js'
import type { Healthcheck } from '../topology/model.js'
import type { ProbeResult } from './model.js'
import { PROBES } from './probes/registry.js'

/** An instance under watch, as it was when its host was listed. */
export interface Watched {
  ours: Ours
  spec: InstanceSpec & { healthcheck: Healthcheck }
}

/** What a watch sees the world through. */
export interface WatchWorld {
  /** The topology's instances on a host. Rejects where the host does not answer. */
  list(host: string): Promise<Ours[]>
  probe(watched: Watched): Promise<Pick<ProbeResult, 'outcome' | 'message'>>
  /** ms since the epoch. */
  now(): number
}

/**
 * Probes the live instances of all resources with an `unhealthy` policy, each at its own interval, and counts failures in a row. A
 * probe that could not be carried out speaks neither for nor against an instance; one that does not run has failed.
 */
export class HealthWatch {
  private readonly counted = new Map<string, Counted>()
  private readonly hosts = new Map<string, { nextMs: number; pauseMs: number; answers?: boolean }>()

  constructor(
    private readonly world: WatchWorld,
    private readonly input: Pick<WatchInput, 'revision' | 'dirty' | 'known' | 'without'>,
  ) {
    const { revision, without = [] } = input
    const hosts = Object.keys(revision.topology.hosts).filter((host) => !without.includes(host))
    hosts.forEach((host) => this.hosts.set(host, { nextMs: 0, pauseMs: CALM_MS }))
  }

  /** Looks at all that is due; null: there is nothing to tell. */
  async round(): Promise<Seen | null> {
    await Promise.all([...this.hosts.keys()].map((host) => this.list(host)))
    const due = [...this.counted.values()].filter(({ nextMs }) => nextMs <= this.world.now())
    for (let i = 0; i < due.length; i += PROBES_AT_ONCE) {
      await Promise.all(due.slice(i, i + PROBES_AT_ONCE).map((each) => this.ask(each)))
    }
    return this.seen()
  }

  /** Until the next round, ms. */
  get restMs(): number {
    const next = [...this.counted.values(), ...this.hosts.values()].map(({ nextMs }) => nextMs)
    return Math.min(MOST_REST_MS, Math.max(LEAST_REST_MS, Math.min(...next) - this.world.now()))
  }

  private async list(host: string): Promise<void> {
    const now = this.world.now()
    const state = this.hosts.get(host)
    if (state === undefined || now < state.nextMs) return
    const hasTrouble = [...this.counted.values()].some((each) => each.watched.ours.host === host && !each.isFine)
    state.pauseMs = hasTrouble ? Math.min(CALM_MS, state.pauseMs * 2) : CALM_MS
    state.nextMs = now + state.pauseMs
    const found = await this.world.list(host).catch(() => null)
    state.answers = found !== null
    if (found === null) return
    const watched = found.flatMap((ours) => this.watched(ours))
    const keys = new Set(watched.map(({ ours }) => `${host}/${ours.name}`))
    for (const key of this.counted.keys()) if (key.startsWith(`${host}/`) && !keys.has(key)) this.counted.delete(key)
    for (const each of watched) {
      const key = `${host}/${each.ours.name}`
      const known = this.counted.get(key)
      if (known === undefined) this.counted.set(key, new Counted(each))
      else known.seenAgain(each)
    }
  }

  private watched(ours: Ours): Watched[] {
    const { labels, host } = ours
    const { revision, dirty } = this.input
    const healthcheck = revision.topology.resources[labels.resource]?.healthcheck
    if (healthcheck?.unhealthy === undefined || labels.role !== 'live' || isHalfDone(ours, dirty)) return []
    return [{ ours, spec: { ...instanceSpec(revision, labels, host, labels.color), name: ours.name, healthcheck } }]
  }

  private async ask(counted: Counted): Promise<void> {
    const { ours } = counted.watched
    const wasFine = counted.isFine
    const result = NOT_RUNNING.has(ours.status)
      ? { outcome: 'failure' as const, message: `the instance is ${ours.status.toLowerCase()}` }
      : ours.status === 'Running'
        ? await this.world.probe(counted.watched)
        : { outcome: 'error' as const, message: `the instance is ${ours.status.toLowerCase()}` }
    const host = this.hosts.get(ours.host)
    // On the way to a host that does not answer a probe gets none either: that says nothing about the app.
    const isLost = result.outcome === 'failure' && host?.answers === false
    counted.add(isLost ? { ...result, outcome: 'error' } : result, this.world.now())
    // It may have been stopped, or got another address.
    if (wasFine && !counted.isFine && host !== undefined) Object.assign(host, { nextMs: 0, pauseMs: TROUBLE_MS })
  }

  private seen(): Seen | null {
    const now = this.world.now()
    const all = [...this.counted.values()]
    const sick = all.filter((each) => each.isSick)
    const { known } = this.input
    const isNews = ({ replica }: Counted): boolean => {
      const from = known[replica]
      return from === undefined || (from !== null && now >= Date.parse(from))
    }
    const news = sick.filter(isNews)
    const well = all
      .filter((each) => known[each.replica] !== undefined && each.isWell(now))
      .map(({ replica }) => replica)
    if (news.length === 0 && well.length === 0) return null
    const resources = new Set(sick.map(({ watched }) => watched.spec.resource))
    return {
      // What is news comes first: where more are sick than fit, those known already would keep it out for ever.
      sick: [...news, ...sick.filter((each) => !isNews(each))].slice(0, MOST_TOLD).map((each) => each.told()),
      well,
      resources: Object.fromEntries(
        [...resources].map((resource) => {
          const own = all.filter(({ watched }) => watched.spec.resource === resource)
          return [resource, { live: own.length, failing: own.filter(({ failures }) => failures > 0).length }]
        }),
      ),
    }
  }
}

/** Failures of one instance in a row. */
class Counted {
  nextMs = 0
  failures = 0
  /** The last probe succeeded, or there was none yet. */
  isFine = true
  private failingSinceMs = 0
  private healthySinceMs: number | null = null
  private last = ''
  /** It has succeeded since it was started. */
  private answered = false

  constructor(public watched: Watched) {}

  get replica(): string {
    return replicaKey(this.watched.spec)
  }

  get isSick(): boolean {
    return this.failures >= Math.max(1, this.watched.spec.healthcheck.retries)
  }

  isWell(nowMs: number): boolean {
    return this.healthySinceMs !== null && nowMs - this.healthySinceMs >= this.watched.spec.healthcheck.minHealthyMs
  }

  seenAgain(watched: Watched): void {
    if (watched.ours.startedAt !== this.watched.ours.startedAt || watched.ours.status !== 'Running')
      this.answered = false
    this.watched = watched
  }

  add({ outcome, message }: Pick<ProbeResult, 'outcome' | 'message'>, nowMs: number): void {
    const { probe, intervalMs } = this.watched.spec.healthcheck
    this.nextMs = nowMs + intervalMs
    this.isFine = outcome === 'ok'
    if (outcome === 'ok') {
      this.answered = true
      this.failures = 0
      this.healthySinceMs ??= nowMs
      return
    }
    this.healthySinceMs = null
    if (outcome === 'error' || this.isStarting(nowMs)) return
    if (this.failures === 0) this.failingSinceMs = nowMs
    this.failures += 1
    const asked = NOT_RUNNING.has(this.watched.ours.status) ? '' : ` ${place(probe)} ${PROBES.brief(probe)}`
    this.last = `${message}${asked}`
  }

  told(): Sick {
    const { ours, spec } = this.watched
    return {
      replica: this.replica,
      instance: ours.name,
      resource: spec.resource,
      reason: this.last,
      since: new Date(this.failingSinceMs).toISOString(),
    }
  }

  /** As in an operation, failures before the first success are the app's starting, until the deadline. */
  private isStarting(nowMs: number): boolean {
    const { ours, spec } = this.watched
    if (this.answered || ours.startedAt === undefined || ours.status !== 'Running') return false
    return nowMs < Date.parse(ours.startedAt) + spec.healthcheck.deadlineMs
  }
}

const place = (probe: Healthcheck['probe']): string => (PROBES.of(probe).asked.from === 'network' ? 'at' : 'from')

const NOT_RUNNING: ReadonlySet<string> = new Set(['Stopped', 'Frozen', 'Error'])

const PROBES_AT_ONCE = 16
/** Instances in one answer. */
const MOST_TOLD = 100
/** Between two lists of a host where all is well, ms. */
const CALM_MS = 60_000
/** The same once a probe has failed; doubling up to the other one. */
const TROUBLE_MS = 500
const LEAST_REST_MS = 20
const MOST_REST_MS = 5_000
