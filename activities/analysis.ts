import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { probe } from '../src/health/probe.js'
import type { Analysis } from '../src/topology/model.js'
import { judge, type Look, type Verdict } from '../src/traffic/analysis.js'
import type { RequestSample } from '../src/traffic/model.js'
import { summarise } from '../src/traffic/samples.js'
import type { Activities, AnalysisInput } from '../src/contracts/index.js'
import type { ActivityDeps } from './deps.js'
import { step } from './step.js'

/** A canary is looked at this often at least, so that a breach is acted on within 2 s, ms. */
const LOOK_MS = 1_000

/** Watching canaries. */
export function analysisActivities(deps: ActivityDeps): Pick<Activities, 'analyse'> {
  return {
    /** Looks until the time is over, or at once ends with a breach. */
    analyse: step(async (input, signal): Promise<Verdict> => {
      const watch = new Watch(deps, input, signal)
      const until = Date.now() + input.forMs
      for (;;) {
        const verdict = judge(input.analysis, await watch.look(), { probeFailures: input.probeFailures })
        const enough = verdict.verdict === 'breach' || (verdict.verdict === 'pass' && input.untilData === true)
        if (enough || Date.now() >= until) return verdict
        await sleep(Math.min(LOOK_MS, Math.max(0, until - Date.now())), undefined, { signal })
      }
    }),
  }
}

class Watch {
  /** In a row, by instance. */
  private readonly failedProbes = new Map<string, number>()
  private own: { at: number; commandExit: number | null; metric: number | null } | null = null

  constructor(
    private readonly deps: ActivityDeps,
    private readonly input: AnalysisInput,
    private readonly signal: AbortSignal,
  ) {}

  async look(): Promise<Look> {
    const [traffic, failedProbes, own] = await Promise.all([this.traffic(), this.probe(), this.users()])
    return { ...traffic, failedProbes, ...own }
  }

  private async traffic(): Promise<Pick<Look, 'canary' | 'stable'>> {
    const { host, via, topology, canaries, stables, sinceMs } = this.input
    try {
      const samples = await this.deps.edgeFor(host, via).requests(topology, { sinceMs })
      return { canary: summary(samples, canaries), stable: summary(samples, stables) }
    } catch (error) {
      this.deps.log.warn({ error: String(error), host }, 'the edge gave no numbers')
      return { canary: null, stable: null }
    }
  }

  /** The most failures in a row of one instance; an error of the probe itself is neither a failure nor a success. */
  private async probe(): Promise<number> {
    const { proven, host, via } = this.input
    await Promise.all(
      proven.map(async ({ spec, address }) => {
        if (spec.healthcheck === null) return
        const { outcome } = await probe(
          spec.healthcheck.probe,
          { spec, executor: this.deps.executorFor(host, via), address },
          { timeoutMs: Math.min(spec.healthcheck.timeoutMs, 2 * LOOK_MS), signal: this.signal },
        )
        if (outcome === 'failure') this.failedProbes.set(spec.name, (this.failedProbes.get(spec.name) ?? 0) + 1)
        else if (outcome === 'ok') this.failedProbes.delete(spec.name)
      }),
    )
    return Math.max(0, ...this.failedProbes.values())
  }

  /** The user's own command and number, no more often than the interval says. */
  private async users(): Promise<Pick<Look, 'commandExit' | 'metric'>> {
    const { analysis } = this.input
    if (this.own === null || Date.now() - this.own.at >= analysis.intervalMs) {
      const [commandExit, metric] = await Promise.all([
        runCommand(analysis, this.signal),
        readMetric(analysis, this.signal),
      ])
      this.own = { at: Date.now(), commandExit, metric }
    }
    return this.own
  }
}

const summary = (samples: readonly RequestSample[], servers: string[]): Look['canary'] =>
  summarise(samples, new Set(servers))

async function runCommand({ command }: Analysis, signal: AbortSignal): Promise<number | null> {
  const [file, ...args] = command ?? []
  if (file === undefined) return null
  const { exitCode } = await execa(file, args, {
    reject: false,
    timeout: 30_000,
    cancelSignal: signal,
    stdio: 'ignore',
  })
  return exitCode ?? null
}

async function readMetric({ metric }: Analysis, signal: AbortSignal): Promise<number | null> {
  if (metric === null) return null
  try {
    const response = await fetch(metric.url, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) })
    if (!response.ok) return null
    const value = metric.path
      .split('.')
      .reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), await response.json())
    return typeof value === 'number' && Number.isFinite(value) ? value : null
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
