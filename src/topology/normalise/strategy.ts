import { strategyNamed } from '../../strategies/registry.js'
import { CHANGE_MS, DEFAULTS, LEAST_PROGRESS_MS } from '../defaults.js'
import type { Analysis, CanaryStep, Resource, Strategy } from '../model.js'
import { analysis as analysisSchema, approachOf } from '../schema/strategy.js'
import type { FullDeclaration } from '../schema/topology.js'
import { strategy as strategySchema } from '../schema/strategy.js'
import { milliseconds } from '../values.js'
import { LONGEST_MS } from '../units.js'

type StrategyDeclaration = NonNullable<FullDeclaration['strategy']>
type AnalysisDeclaration = NonNullable<StrategyDeclaration['analysis']>

/** The strategy in normal form; what is derived takes all resources into account. */
export function strategy(declared: StrategyDeclaration | undefined, resources: Record<string, Resource>): Strategy {
  const given = declared ?? strategySchema.parse({})
  const timed = {
    approach: approachOf(given.approach),
    maxParallel: given.maxParallel ?? given.batchSize ?? DEFAULTS.maxParallel,
    steps: steps(given.steps),
    keepMs: milliseconds(given.keep),
    drainMs: milliseconds(given.drain),
    canaries: given.instances,
    bakeMs: milliseconds(given.bake),
    hostTimeoutMs: milliseconds(given.hostTimeout),
  }
  return {
    ...timed,
    analysis: analysis(given.analysis ?? analysisSchema.parse({})),
    progressDeadlineMs:
      given.progressDeadline === undefined ? progressDeadline(timed, resources) : milliseconds(given.progressDeadline),
    rollback: {
      onFailure: given.rollback?.onFailure ?? DEFAULTS.onFailure,
      snapshot: snapshot(given.rollback?.snapshot),
      keepSnapshots: given.rollback?.keepSnapshots ?? DEFAULTS.keepSnapshots,
    },
  }
}

const snapshot = (declared: boolean | Strategy['rollback']['snapshot'] = DEFAULTS.snapshot) =>
  typeof declared === 'boolean' ? (declared ? 'auto' : 'never') : declared

/** A canary ends with all of the traffic; who leaves the last step out means it. */
function steps(declared: StrategyDeclaration['steps']): CanaryStep[] {
  const written = declared.map((step) => (typeof step === 'number' ? { weight: step } : step))
  const all: typeof written = written.at(-1)?.weight === 100 ? written : [...written, { weight: 100 }]
  return all.map((step, index) => ({
    weight: step.weight,
    pause: pause(step.pause ?? (index === all.length - 1 ? '0s' : DEFAULTS.pause)),
    analysis: step.analysis === undefined ? null : analysis(step.analysis),
  }))
}

const pause = (declared: string): CanaryStep['pause'] => (declared === 'manual' ? declared : milliseconds(declared))

function analysis(declared: AnalysisDeclaration): Analysis {
  return {
    maxErrorRatePercent: declared.maxErrorRatePercent === false ? null : declared.maxErrorRatePercent,
    maxLatencyP95Ms: declared.maxLatencyP95 === undefined ? null : milliseconds(declared.maxLatencyP95),
    compare: declared.compare === false ? null : declared.compare,
    maxSlowdownPercent: declared.maxSlowdownPercent === false ? null : declared.maxSlowdownPercent,
    command: declared.command ?? null,
    metric: declared.metric ?? null,
    minRequests: declared.minRequests,
    intervalMs: milliseconds(declared.interval),
  }
}

/**
 * Longest time that an operation can take when each batch uses its whole deadline, and the same again for going back;
 * a limit that a sound operation never meets.
 */
function progressDeadline(
  strategy: Pick<Strategy, 'approach' | 'maxParallel' | 'steps' | 'keepMs' | 'drainMs'>,
  resources: Record<string, Resource>,
): number {
  const batches = Object.values(resources).map(({ replicas, healthcheck }) => {
    const count = 1 + Math.ceil(((replicas ?? 1) - 1) / strategy.maxParallel)
    return count * ((healthcheck?.deadlineMs ?? 0) + strategy.drainMs + CHANGE_MS)
  })
  const pauses = strategy.steps.map(({ pause }) => (pause === 'manual' ? 0 : pause))
  const waiting = strategyNamed(strategy.approach).waitsMs?.({ keepMs: strategy.keepMs, pausesMs: sum(pauses) }) ?? 0
  return Math.min(LONGEST_MS, Math.max(LEAST_PROGRESS_MS, 2 * sum(batches) + waiting))
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)
