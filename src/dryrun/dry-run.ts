import {
  createSnapshot,
  deleteInstance,
  setConfig,
  startInstance,
  stopInstance,
  type IncusCommand,
} from '../incus/index.js'
import { configureCommands, createCommand, labelsOf } from '../instances/commands.js'
import { batchesOf } from '../plan/batches.js'
import { LABEL_PREFIX } from '../plan/labels.js'
import type { InstanceSpec, ObservedInstance, Revision, Role } from '../plan/model.js'
import { snapshotName } from '../plan/naming.js'
import { instanceSpec } from '../plan/specs.js'
import type { LiveInstance, Work } from '../plan/work.js'
import { releaseSteps } from '../releases/commands.js'

/** One line of a dry run. */
export interface DryStep {
  instance: string
  step: string
  host: string
  /** Words after `incus`; null: not an Incus command of its own (a wait, a change at the edge). */
  args: readonly string[] | null
  /** What goes in on standard input, in words; never its content. */
  stdin?: string
}

export interface DryRunInput {
  revision: Revision
  work: readonly Work[]
  observed: readonly ObservedInstance[]
  /** Number that the operation would have. */
  operation: number
}

/**
 * The Incus commands that a deploy would run if all goes well, in order, made by the same builders. Health probes and the
 * edge's own commands are named, not listed: they depend on what the instances answer.
 */
export function dryRun(input: DryRunInput): DryStep[] {
  const { topology } = input.revision
  const { approach, maxParallel } = topology.strategy
  const work = input.work.filter(({ action }) => action !== 'delete')
  const canaries = approach === 'canary' ? firstOfEach(work.filter((w) => isTried(input, w))) : []
  return [
    ...canaries.flatMap((w) => made(input, { ...w, slot: 'canary' }, 'canary', 'a share of the traffic, watched')),
    ...batchesOf(work, { resources: topology.resources, maxParallel })
      .flat()
      .flatMap((w) => change(input, w)),
    ...input.work
      .filter(({ action }) => action === 'delete')
      .flatMap(({ from }) => (from === null ? [] : removed(input, from))),
    ...canaries.flatMap((w) => removed(input, specOf(input, { ...w, slot: 'canary' }))),
  ]
}

function change(input: DryRunInput, work: Work): DryStep[] {
  const spec = specOf(input, work)
  const observed = input.observed.find(({ name, host }) => name === work.from?.name && host === work.from.host)
  if (work.action === 'create') return made(input, work, 'live', 'into the traffic')
  if (work.action === 'start')
    return [line(spec, 'start', startInstance(spec.name, spec)), ...wait(spec, 'into the traffic')]
  if (observed === undefined) return []
  if (work.action === 'replace') {
    return [
      ...made(input, work, 'new', 'into the traffic'),
      line(spec, 'take over', role(spec, 'live')),
      says(observed, 'drain', ''),
      line(observed, 'put aside', role({ ...observed, project: spec.project }, 'old')),
      line(observed, 'stop', stopInstance(observed.name, { project: spec.project, timeoutS: 30 })),
      ...removed(input, observed),
    ]
  }
  const labels = labelsOf(
    spec,
    { operation: input.operation, revision: input.revision.number, role: 'live' },
    new Map(),
  )
  const configure = configureCommands(spec, observed, labels).map((command) => line(spec, 'configure', command))
  if (work.live) return [...configure, ...wait(spec, '')]
  return [
    ...(spec.expose.length > 0 ? [says(spec, 'drain', '')] : []),
    ...(input.revision.topology.strategy.rollback.snapshot === 'never'
      ? []
      : [line(spec, 'snapshot', createSnapshot(spec.name, snapshotName(input.operation), spec))]),
    ...configure,
    ...releaseSteps(spec).map((command) => line(spec, 'install release', command)),
    ...(spec.release === null
      ? [
          line(spec, 'restart', stopInstance(spec.name, { project: spec.project, timeoutS: 30 })),
          line(spec, 'restart', startInstance(spec.name, spec)),
        ]
      : []),
    ...wait(spec, 'into the traffic'),
  ]
}

function made(input: DryRunInput, work: Work, as: Role, traffic: string): DryStep[] {
  const spec = specOf(input, work)
  const labels = labelsOf(spec, { operation: input.operation, revision: input.revision.number, role: as }, new Map())
  return [
    line(spec, 'create', createCommand(spec, labels)),
    ...releaseSteps(spec).map((command) => line(spec, 'install release', command)),
    ...wait(spec, traffic),
  ]
}

const removed = ({ revision }: DryRunInput, from: Pick<LiveInstance, 'name' | 'host'>): DryStep[] => [
  line(from, 'delete', deleteInstance(from.name, { project: revision.topology.project, force: true })),
]

const wait = (spec: InstanceSpec, then: string): DryStep[] => [
  says(spec, 'wait until healthy', ''),
  ...(spec.expose.length > 0 && then !== '' ? [says(spec, 'admit', then)] : []),
]

const role = (at: { name: string; project: string | null }, value: Role): IncusCommand =>
  setConfig(at.name, { [`${LABEL_PREFIX}role`]: value }, at)

const says = ({ name, host }: { name: string; host: string }, step: string, words: string): DryStep => ({
  instance: name,
  host,
  step: words === '' ? step : `${step}: ${words}`,
  args: null,
})

const line = (
  { name, host }: { name: string; host: string },
  step: string,
  { args, stdin, stdinLabel }: IncusCommand,
): DryStep => ({
  instance: name,
  host,
  step,
  args,
  ...(stdin === undefined ? {} : { stdin: stdinLabel ?? 'a document' }),
})

const specOf = ({ revision }: DryRunInput, work: Pick<Work, 'resource' | 'index' | 'host' | 'slot'>): InstanceSpec =>
  instanceSpec(revision, work, work.host, work.slot)

const isTried = ({ revision }: DryRunInput, { action, drift, live, resource }: Work): boolean => {
  const declared = revision.topology.resources[resource]
  return (
    (action === 'update' || action === 'replace') &&
    !drift &&
    !live &&
    !declared?.stateful &&
    (declared?.expose.length ?? 0) > 0
  )
}

const firstOfEach = (work: Work[]): Work[] =>
  [...new Map(work.toReversed().map((w) => [w.resource, w])).values()].toReversed()
