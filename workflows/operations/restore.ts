import type { LiveInstance } from '../../src/plan/work.js'
import { long, quick } from '../steps/activities.js'
import { failureOf } from '../steps/failure.js'
import { admit, drain, healthy } from '../steps/instance.js'
import { Run } from '../steps/run.js'
import { conduct, type Ending } from './conduct.js'
import { ending } from './ending.js'
import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { trafficNow } from '../../src/plan/traffic-now.js'

/**
 * Puts instances back to a snapshot, one after another. What they hold now is snapshot first, so that a restore that does
 * not come up healthy is taken back like any other change.
 */
export async function restore(input: OperationInput): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const { topology } = input.revision
    const { snapshot = '', resource } = input.request
    const found = await conducted.recorder.step(
      'find the snapshot',
      undefined,
      () =>
        quick({ summary: snapshot }).findOwned({
          topology: topology.name,
          project: topology.project,
          hosts: topology.hosts,
        }),
      (all) =>
        `on ${
          chosen(all, snapshot, resource)
            .map(({ name }) => name)
            .join(', ') || 'no instance'
        }`,
    )
    const targets = chosen(found, snapshot, resource)
    if (targets.length === 0) throw unknownSnapshot(found, snapshot, resource)
    const run = new Run(
      {
        operation: input.number,
        revision: input.revision,
        base: input.base,
        hosts: input.hosts,
        traffic: trafficNow(topology, found),
      },
      conducted.steer,
      conducted.recorder,
    )
    return ending(run, [], async () => {
      for (const target of targets) await restoreOne(run, target, snapshot)
    })
  })
}

async function restoreOne(run: Run, from: LiveInstance, snapshot: string): Promise<void> {
  const { name } = from
  run.dirty.add(name)
  run.undos.push({ kind: 'readmit', from })
  await drain(run, name)
  run.snapshotted.push(from)
  await run.recorder.step('snapshot', name, () =>
    quick({ summary: `${name}@${run.snapshot}: what it holds now` }).takeSnapshot({
      ...run.instanceAt(from),
      snapshot: run.snapshot,
    }),
  )
  run.undos.replace('readmit', name, { kind: 'restore', from, snapshot: run.snapshot })
  await run.recorder.step('restore', name, async () => {
    await long({ summary: `${name} to ${snapshot}` }).restoreSnapshot({ ...run.instanceAt(from), snapshot })
    await quick({ summary: name }).startInstance(run.instanceAt(from))
  })
  const address = await healthy(run, run.spec(from))
  await admit(run, from, address)
  run.dirty.delete(name)
}

const chosen = (all: LiveInstance[], snapshot: string, resource: string | undefined): LiveInstance[] =>
  all.filter(
    (i) =>
      i.role === 'live' &&
      (resource === undefined || i.resource === resource) &&
      (i.snapshots ?? []).includes(snapshot),
  )

function unknownSnapshot(all: LiveInstance[], snapshot: string, resource: string | undefined): Error {
  const known = [
    ...new Set(all.filter((i) => resource === undefined || i.resource === resource).flatMap((i) => i.snapshots ?? [])),
  ]
  return failureOf({
    code: 'NOT_FOUND',
    message: `no instance${resource === undefined ? '' : ` of ${resource}`} has a snapshot ${snapshot}`,
    hint: known.length === 0 ? 'there is no snapshot at all' : `there are: ${known.sort().join(', ')}`,
  })
}
