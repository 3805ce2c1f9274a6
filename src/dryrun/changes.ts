import { createSnapshot, deleteInstance, deleteSnapshot, startInstance, stopInstance } from '../incus/index.js'
import { configureCommands, createCommand, labelsOf } from '../instances/commands.js'
import { digestOf } from '../plan/digest.js'
import type { InstanceSpec, Labels, ObservedInstance, Revision, Role } from '../plan/model.js'
import { isOurSnapshot, snapshotName } from '../plan/naming.js'
import { instanceSpec } from '../plan/specs.js'
import type { LiveInstance, Work } from '../plan/work.js'
import { releaseSteps } from '../releases/commands.js'
import { line, roleLine, says, type DryStep } from './lines.js'

export interface DryRunInput {
  revision: Revision
  work: readonly Work[]
  observed: readonly ObservedInstance[]
  /** Number that the operation would have. */
  operation: number
}

/** What one piece of work does, up to full traffic. */
export function change(input: DryRunInput, work: Work): DryStep[] {
  const spec = specOf(input, work)
  if (work.action === 'create') return [...made(input, work, 'live'), ...admit(spec)]
  if (work.action === 'start') {
    const role = work.revive ? [roleLine(spec, spec.project, 'take over', 'live')] : []
    return [...started(spec), ...wait(spec), ...admit(spec), ...role]
  }
  if (work.action === 'replace' && work.from !== null) return replaced(input, work, work.from)
  const observed = observedOf(input, work)
  return observed === undefined ? [] : updated(input, { work, spec, observed })
}

/** A new instance up to health. */
export function made(input: DryRunInput, work: Work, role: Role): DryStep[] {
  const spec = specOf(input, work)
  return [
    line(spec, 'create', createCommand(spec, labels(input, spec, role))),
    ...releaseSteps(spec, { fresh: true }).map((command) => line(spec, 'install release', command)),
    ...wait(spec),
  ]
}

export const started = (spec: InstanceSpec): DryStep[] => [line(spec, 'start', startInstance(spec.name, spec))]

export const wait = (spec: InstanceSpec): DryStep[] => [says(spec, 'wait until healthy')]

export const admit = (spec: InstanceSpec, words = 'into the traffic'): DryStep[] =>
  spec.expose.length > 0 ? [says(spec, 'admit', words)] : []

export const removed = (input: DryRunInput, from: Pick<LiveInstance, 'name' | 'host' | 'resource'>): DryStep[] => [
  ...drained(input, from),
  line(from, 'delete', deleteInstance(from.name, { project: input.revision.topology.project, force: true })),
]

/** Our snapshots beyond those that are kept, counting the one that the update takes. */
export function pruned(input: DryRunInput, work: Work): DryStep[] {
  const { project, strategy } = input.revision.topology
  const observed = observedOf(input, work)
  if (work.action !== 'update' || work.live || observed === undefined || strategy.rollback.snapshot === 'never')
    return []
  return observed.snapshots
    .filter(({ name }) => isOurSnapshot(name))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
    .map(({ name }) => name)
    .concat(snapshotOf(input))
    .slice(0, -strategy.rollback.keepSnapshots || undefined)
    .map((name) => line(observed, 'prune', deleteSnapshot(observed.name, name, { project })))
}

/** The operation makes the name unique; before it exists, the part is a stand-in of the same shape. */
const snapshotOf = ({ revision: { topology, createdAt }, operation }: DryRunInput): string =>
  snapshotName(operation, digestOf({ topology: topology.name, operation, createdAt }, 8))

export const specOf = (
  { revision }: DryRunInput,
  work: Pick<Work, 'resource' | 'index' | 'host' | 'slot'>,
): InstanceSpec => instanceSpec(revision, work, work.host, work.slot)

function updated(
  input: DryRunInput,
  { work, spec, observed }: { work: Work; spec: InstanceSpec; observed: ObservedInstance },
): DryStep[] {
  const configure = configureCommands(spec, observed, labels(input, spec, 'live')).map((command) =>
    line(spec, 'configure', command),
  )
  if (work.live) return [...configure, ...wait(spec)]
  const { project, strategy } = input.revision.topology
  const at = { project }
  return [
    ...drained(input, spec),
    ...(strategy.rollback.snapshot === 'never'
      ? []
      : [line(spec, 'snapshot', createSnapshot(spec.name, snapshotOf(input), at))]),
    ...configure,
    ...(observed.status === 'Running' ? [] : started(spec)),
    ...releaseSteps(spec, { fresh: false }).map((command) => line(spec, 'install release', command)),
    ...(spec.release === null
      ? [line(spec, 'restart', stopInstance(spec.name, { ...at, timeoutS: STOP_S })), ...started(spec)]
      : []),
    ...wait(spec),
    ...admit(spec),
  ]
}

/** Beside the old one; what is stateful cannot run twice, so there the old one makes room first. */
function replaced(input: DryRunInput, work: Work, from: LiveInstance): DryStep[] {
  const spec = specOf(input, work)
  const there = work.revive ? [...started(spec), ...wait(spec)] : made(input, work, 'new')
  const comes = [...there, ...admit(spec), roleLine(spec, spec.project, 'take over', 'live')]
  const goes = [
    ...drained(input, from),
    roleLine(from, spec.project, 'put aside', 'old'),
    line(from, 'stop', stopInstance(from.name, { project: spec.project, timeoutS: STOP_S })),
  ]
  return spec.stateful ? [...goes, ...comes] : [...comes, ...goes]
}

/** Seconds that a clean stop may take. */
const STOP_S = 30

const drained = ({ revision }: DryRunInput, at: { name: string; host: string; resource: string }): DryStep[] =>
  (revision.topology.resources[at.resource]?.expose.length ?? 0) > 0 ? [says(at, 'drain')] : []

const observedOf = ({ observed }: DryRunInput, { from }: Work): ObservedInstance | undefined =>
  observed.find(({ name, host }) => name === from?.name && host === from.host)

const labels = ({ operation, revision }: DryRunInput, spec: InstanceSpec, role: Role): Labels =>
  labelsOf(spec, { operation, revision: revision.number, role }, new Map())
