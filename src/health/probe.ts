import { Cul8erError, messageOf } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import { isStillStarting } from '../releases/in-instance.js'
import { durationWords } from '../topology/units.js'
import { unlessAborted } from '../waiting/unless-aborted.js'
import type { ProbeAsked } from './asked.js'
import { connectionOutcome, type ConnectionOutcome } from './connection-errors.js'
import { insideOf } from './inside.js'
import type { Finding, ProbeOptions, ProbeResult } from './model.js'
import { networkOf } from './network.js'
import type { FromNetwork, Inside } from './probes/kind.js'
import { PROBES, type Probe } from './probes/registry.js'

export interface ProbeTarget extends Pick<ProbeAsked, 'spec' | 'address' | 'inside'> {
  executor: HostExecutor
}

/**
 * Carries out one probe: from the host to the instance's own address, or inside it. What does not answer from outside and does inside
 * is healthy where nobody shall reach it from outside.
 * @throws Cul8erError INVALID_TOPOLOGY for a kind that there is not; the signal's reason; all else is a result
 */
export async function probe(probe: Probe, target: ProbeTarget, options: ProbeOptions): Promise<ProbeResult> {
  const at = new Date().toISOString()
  const startedAt = performance.now()
  const finding = await carryOut(probe, target, options)
  options.signal?.throwIfAborted()
  return { ...finding, durationMs: performance.now() - startedAt, at }
}

async function carryOut(probe: Probe, target: ProbeTarget, options: ProbeOptions): Promise<Finding> {
  const { asked } = PROBES.of(probe)
  const { executor, ...asks } = target
  if (executor.probe !== undefined)
    return elsewhere(executor.probe, { probe, ...asks, timeoutMs: options.timeoutMs }, options)
  const inside = (ask: (inside: Inside) => Promise<Finding>): Promise<Finding> => within(target, options, ask)
  if (asked.from === 'inside') return inside((way) => asked.ask(probe, way))
  if (target.inside === 'instead') return inside((way) => asked.askInside(probe, way))
  const { address } = target
  if (address === null) return { outcome: 'error', message: 'no address yet', pending: true }
  const { unreached, ...outside } = await overNetwork(asked, probe, { ...target, address }, options)
  // Nothing is known from outside, and nothing will be.
  if (unreached === 'unrouted') return fromInside(await inside((way) => asked.askInside(probe, way)))
  if (unreached === undefined || target.inside === 'never') return outside
  const answer = await inside((way) => asked.askInside(probe, way))
  if (answer.outcome !== 'ok') return outside
  if ((target.spec.expose ?? []).length === 0) return fromInside(answer)
  // It may have begun to listen in between.
  const again = await overNetwork(asked, probe, { ...target, address }, options)
  if (again.unreached === undefined || again.unreached === 'unrouted') return again
  return { ...onlyInside(again.unreached, { address, port: asked.port(probe) }, again), answeredInside: true }
}

/** By a worker that reaches the host. That none answers is no answer of the app's. */
async function elsewhere(
  ask: NonNullable<HostExecutor['probe']>,
  asked: ProbeAsked,
  { signal }: ProbeOptions,
): Promise<Finding> {
  try {
    return await ask(asked, signal)
  } catch (error) {
    return { outcome: 'error', message: messageOf(error) }
  }
}

const fromInside = (answer: Finding): Finding =>
  answer.outcome === 'ok' ? { ...answer, message: `${answer.message} (probed inside the instance)` } : answer

function onlyInside(
  why: 'refused' | 'noRoute',
  { address, port }: { address: string; port: number },
  { message }: Finding,
): Finding {
  return why === 'refused'
    ? {
        outcome: 'failure',
        message: `port ${port} listens on loopback only: it answers inside the instance and refuses at ${address}`,
        hint: 'let the app listen on 0.0.0.0 or ::, so that it can be reached from outside the instance',
      }
    : { outcome: 'error', message: `port ${port} answers inside, but not from outside: ${message}` }
}

async function overNetwork(
  asked: FromNetwork<{ kind: string }>,
  probe: Probe,
  { address, executor }: ProbeTarget & { address: string },
  { timeoutMs, signal }: ProbeOptions,
): Promise<Finding & Pick<ConnectionOutcome, 'unreached'>> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  try {
    return await unlessAborted(asked.ask(probe, networkOf(address, executor, { timeoutMs, signal: either })), either)
  } catch (error) {
    return timeout.aborted ? unanswered(timeoutMs) : connectionOutcome(error)
  }
}

async function within(
  { spec, executor }: ProbeTarget,
  options: ProbeOptions,
  ask: (inside: Inside) => Promise<Finding>,
): Promise<Finding> {
  try {
    return await ask(insideOf(spec, executor, options))
  } catch (error) {
    if (error instanceof Cul8erError && error.code === 'TIMEOUT') return unanswered(options.timeoutMs)
    const message = error instanceof Error ? error.message : String(error)
    return { outcome: 'error', message, ...(isStillStarting(error) ? { pending: true } : {}) }
  }
}

const unanswered = (timeoutMs: number): Finding => ({
  outcome: 'failure',
  message: `no answer within ${durationWords(timeoutMs)}`,
})
