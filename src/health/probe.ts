import type { HostExecutor } from '../hosts/executor.js'
import type { InstanceSpec } from '../plan/model.js'
import type { Probe } from '../topology/model.js'
import type { ProbeResult } from './model.js'
import { probeByCommand, probeFromInside } from './probe-inside.js'
import { probeHttp, probeTcp } from './probe-network.js'

export interface ProbeTarget {
  spec: Pick<InstanceSpec, 'name' | 'project' | 'resource' | 'release'>
  /** null: it has none yet. */
  address: string | null
  executor: HostExecutor
  /** Ask http and tcp from inside the instance: its address cannot be reached from the host. */
  viaInstance?: boolean
}

export interface ProbeOptions {
  timeoutMs: number
  signal?: AbortSignal
}

/** What a kind of probe found out; an error that is `pending` comes with starting. */
export type Finding = Pick<ProbeResult, 'outcome' | 'message' | 'pending'>

/**
 * Carries out one probe: http and tcp from the host to the instance's own address, a command inside it.
 * @throws only the signal's reason; all else is a result
 */
export async function probe(probe: Probe, target: ProbeTarget, options: ProbeOptions): Promise<ProbeResult> {
  const at = new Date().toISOString()
  const startedAt = performance.now()
  const finding = await carryOut(probe, target, options)
  options.signal?.throwIfAborted()
  return { ...finding, durationMs: performance.now() - startedAt, at }
}

function carryOut(probe: Probe, target: ProbeTarget, options: ProbeOptions): Promise<Finding> {
  if (probe.kind === 'command') return probeByCommand(probe.command, target, options)
  if (target.viaInstance === true) return probeFromInside(probe, target, options)
  const { address, executor } = target
  if (address === null) return Promise.resolve({ outcome: 'error', message: 'no address yet', pending: true })
  return probe.kind === 'http'
    ? probeHttp(probe, address, executor, options)
    : probeTcp(probe.port, address, executor, options)
}
