import { projectCommand } from '../instances/commands.js'
import { batchesOf } from '../plan/batches.js'
import { firstOfEach, setOf, triedOf } from '../plan/shares.js'
import type { LiveInstance, Work } from '../plan/work.js'
import { admit, change, made, pruned, removed, specOf, started, wait, type DryRunInput } from './changes.js'
import { line, roleLine, says, type DryStep } from './lines.js'

export type { DryRunInput } from './changes.js'
export type { DryStep } from './lines.js'

/**
 * The Incus commands that a deploy would run if all goes well, in order, made by the same builders. Health probes and the
 * edge's own commands are named, not listed: they depend on what the instances answer.
 */
export function dryRun(input: DryRunInput): DryStep[] {
  const { strategy } = input.revision.topology
  const makes = input.work.filter(({ action, revive }) => (action === 'create' || action === 'replace') && !revive)
  const deletions = input.work.filter(({ action }) => action === 'delete')
  const inTheWay = deletions.filter(({ instance }) => makes.some((w) => w.instance === instance))
  const rest = deletions.filter((w) => !inTheWay.includes(w))
  const work = input.work.filter(({ action }) => action !== 'delete')
  const set = strategy.approach === 'blueGreen' ? setOf(input.revision, work) : []
  const tried = strategy.approach === 'canary' ? triedOf(input.revision, work) : []
  const canaries = firstOfEach(tried).map((w): Work => ({ ...w, slot: 'canary' }))
  const plain = work.filter((w) => !set.includes(w) && !tried.includes(w))
  const gone = [
    ...[...plain, ...tried].flatMap(({ action, from }) => (action === 'replace' && from !== null ? [from] : [])),
    ...canaries.map((w) => specOf(input, w)),
    ...(strategy.keepMs === 0 ? set.flatMap(({ from }) => from ?? []) : []),
    ...rest.flatMap(({ from }) => from ?? []),
  ]
  return [
    ...projects(input, makes),
    ...inTheWay.flatMap(({ from }) => (from === null ? [] : removed(input, from))),
    ...rolled(input, plain),
    ...beside(input, set),
    ...canaries.flatMap((w) => [
      ...made(input, w, 'canary'),
      ...admit(specOf(input, w), 'a share of the traffic, watched'),
    ]),
    ...rolled(input, tried),
    ...gone.flatMap((from: Pick<LiveInstance, 'name' | 'host' | 'resource'>) => removed(input, from)),
    ...work.flatMap((w) => pruned(input, w)),
  ]
}

function projects({ revision }: DryRunInput, makes: Work[]): DryStep[] {
  const { project } = revision.topology
  if (project === null) return []
  const hosts = [...new Set(makes.map(({ host }) => host))]
  return hosts.map((host) => line({ name: project, host }, 'project', projectCommand(project)))
}

function rolled(input: DryRunInput, work: Work[]): DryStep[] {
  const { resources, strategy } = input.revision.topology
  return batchesOf(work, { resources, maxParallel: strategy.maxParallel })
    .flat()
    .flatMap((w) => change(input, w))
}

/** blueGreen: a whole set, one switch, and the old set is put aside. */
function beside(input: DryRunInput, set: Work[]): DryStep[] {
  if (set.length === 0) return []
  const all = set.map((work) => ({ work, spec: specOf(input, work) }))
  const switched = new Map(all.filter(({ spec }) => spec.expose.length > 0).map(({ spec }) => [spec.resource, spec]))
  return [
    ...all.flatMap(({ work, spec }) => [
      ...(work.revive ? [...started(spec), ...wait(spec)] : made(input, work, 'new')),
      ...admit(spec, 'into the pool of its colour'),
    ]),
    ...[...switched.values()].map((spec) =>
      says(spec, 'switch the traffic', `${spec.resource} to ${spec.slot || 'no colour'}`),
    ),
    ...all.flatMap(({ work: { from }, spec }) => [
      roleLine(spec, spec.project, 'take over', 'live'),
      ...(from === null ? [] : [roleLine(from, spec.project, 'put aside', 'old')]),
    ]),
  ]
}
