import { healthcheck, type HealthDeclaration } from '../normalise/health.js'
import { SOONEST_DRIFT_MS, SOONEST_FAILOVER_MS } from '../limits.js'
import { problem, type Finding, type Path } from '../problem.js'
import { formatDuration } from '../units.js'
import { milliseconds } from '../values.js'
import type { Draft } from './draft.js'

/** Times that rule each other out, and steps of a canary that go back. */
export function checkTimes({ sound }: Draft): Finding[] {
  if (sound === null) return []
  const { strategy, resources } = sound.declaration
  const checks: [Path, HealthDeclaration | undefined][] = [
    [['strategy', 'healthcheck'], strategy?.healthcheck],
    ...Object.entries(resources).map(([name, each]): [Path, HealthDeclaration | undefined] => [
      ['resources', name, 'healthcheck'],
      each.healthcheck,
    ]),
  ]
  return [
    ...checks.flatMap(([path, declared]) => (declared === undefined ? [] : oneCheck(path, declared))),
    ...wholeOperation(sound),
    ...ascending(sound),
    ...failover(sound),
    ...drift(sound),
  ]
}

function oneCheck(path: Path, declared: HealthDeclaration): Finding[] {
  const check = healthcheck(declared)
  if (check === null) return []
  const deadline = formatDuration(check.deadlineMs)
  const late = (key: 'interval' | 'timeout' | 'minHealthyTime') =>
    milliseconds(declared[key]) < check.deadlineMs
      ? []
      : declared.deadline === undefined
        ? [problem([...path, key], declared[key], `less than the deadline (${deadline})`)]
        : [problem([...path, 'deadline'], deadline, `more than ${key} (${declared[key]})`)]
  return [...late('minHealthyTime'), ...late('timeout'), ...late('interval')]
}

function wholeOperation({ declaration, topology }: NonNullable<Draft['sound']>): Finding[] {
  const written = declaration.strategy?.progressDeadline
  if (written === undefined) return []
  const { strategy, resources } = topology
  const pauses = strategy.steps.reduce((total, { pause }) => total + (pause === 'manual' ? 0 : pause), 0)
  const parts: [number, string][] = [
    ...Object.entries(resources).map(([name, { healthcheck }]): [number, string] => [
      healthcheck?.deadlineMs ?? 0,
      `the health deadline of ${name}`,
    ]),
    [strategy.drainMs, 'drain'],
    ...(strategy.approach === 'canary' ? [[pauses, 'the pauses of all steps'] satisfies [number, string]] : []),
  ]
  const longest = parts.reduce((left, right) => (right[0] > left[0] ? right : left))
  if (longest[0] <= strategy.progressDeadlineMs) return []
  const allowed = `at least ${formatDuration(longest[0])}, ${longest[1]}`
  return [problem(['strategy', 'progressDeadline'], written, allowed)]
}

function failover({ topology }: NonNullable<Draft['sound']>): Finding[] {
  const { failover: declared } = topology
  if (declared === undefined) return []
  return [
    ...(declared.afterMs >= SOONEST_FAILOVER_MS
      ? []
      : [
          problem(
            ['failover', 'after'],
            formatDuration(declared.afterMs),
            `at least ${formatDuration(SOONEST_FAILOVER_MS)}`,
          ),
        ]),
    ...(Object.keys(topology.hosts).length > 1
      ? []
      : [problem(['failover'], 'it with one host', 'it with several hosts')]),
  ]
}

function drift({ topology }: NonNullable<Draft['sound']>): Finding[] {
  const { drift: declared } = topology
  if (declared === undefined || declared.everyMs >= SOONEST_DRIFT_MS) return []
  const allowed = `at least ${formatDuration(SOONEST_DRIFT_MS)}`
  return [problem(['drift', 'every'], formatDuration(declared.everyMs), allowed)]
}

function ascending({ declaration }: NonNullable<Draft['sound']>): Finding[] {
  const weights = (declaration.strategy?.steps ?? []).map((step) => (typeof step === 'number' ? step : step.weight))
  return weights.flatMap((weight, index) => {
    const before = weights[index - 1]
    return before === undefined || weight > before
      ? []
      : [problem(['strategy', 'steps', index], `${weight} after ${before}`, 'weights that rise from step to step')]
  })
}
