import type { OperationEnd, OperationInput, Stage } from '../../src/contracts/index.js'
import type { Revision } from '../../src/plan/model.js'
import type { LiveInstance } from '../../src/plan/planned-change.js'
import { nearest } from '../../src/topology/nearest.js'
import { failureOf } from '../engine/failure.js'
import { carryOut } from './carry-out.js'
import { conduct, type Ending } from './conduct.js'
import { restoreFromBackup } from './from-backup.js'
import { restoreFromReplica } from './from-replica.js'
import { findOwned, inParts } from './owned.js'
import { runOf } from './run-of.js'

/**
 * Puts instances back to a snapshot, one after another. What they hold now is snapshot first, so that a restore that does
 * not come up healthy is taken back like any other change.
 */
export async function restore(input: OperationInput): Promise<OperationEnd> {
  if (input.request.backup !== undefined) return restoreFromBackup(input, input.request.backup)
  if (input.request.replica !== undefined) return restoreFromReplica(input, input.request.replica)
  return conduct(input, async (conducted): Promise<Ending> => {
    const { topology } = input.revision
    const { snapshot = '', resource } = input.request
    const owned = await conducted.recorder.step(
      'find the snapshot',
      undefined,
      () => findOwned(input, snapshot, { dirty: input.dirty }),
      (all) =>
        `on ${
          chosen(inParts(all).instances, snapshot, resource)
            .map(({ name }) => name)
            .join(', ') || 'no instance'
        }`,
    )
    const found = inParts(owned).instances
    const targets = chosen(found, snapshot, resource)
    if (targets.length === 0) throw unknownSnapshot(found, snapshot, resource)
    const undeclared = targets.find((i) => topology.resources[i.resource] === undefined)
    if (undeclared !== undefined) throw notDeclared(undeclared, input.revision)
    const run = runOf(input, found, conducted)
    conducted.run = run
    return carryOut(run, {
      stages: [
        ...targets.map((from) => restored(from, snapshot)),
        // Together, and last: what serves may write, and could not be taken back any more without losing that.
        {
          name: 'back into rotation',
          lanes: targets.map((at) => ({ instance: at.name, host: at.host, steps: [{ kind: 'admit', at, from: at }] })),
        },
        { name: 'verify', lanes: [{ steps: [{ kind: 'settle', partly: true }, { kind: 'recheck' }] }] },
        { name: 'commit', lanes: [{ steps: [{ kind: 'commit', gone: [] }] }] },
        {
          name: 'prune snapshots',
          lanes: targets.map((at) => ({ host: at.host, steps: [{ kind: 'prune', at }] })),
          onFailure: 'ignore',
        },
      ],
      standby: [],
    })
  })
}

function restored(from: LiveInstance, snapshot: string): Stage {
  return {
    name: `restore ${from.name}`,
    lanes: [
      {
        instance: from.name,
        host: from.host,
        staysDirty: true,
        steps: [
          { kind: 'drain', at: from, from },
          { kind: 'snapshot', from },
          { kind: 'restore', from, snapshot },
          { kind: 'healthy', at: from },
        ],
      },
    ],
  }
}

const chosen = (all: LiveInstance[], snapshot: string, resource: string | undefined): LiveInstance[] =>
  all.filter(
    (i) =>
      i.role === 'live' &&
      (resource === undefined || i.resource === resource) &&
      (i.snapshots ?? []).includes(snapshot),
  )

/** As after a deploy that was held halfway: nothing says when such an instance is healthy, or what it exposes. */
const notDeclared = ({ name, host, resource }: LiveInstance, { number, topology }: Revision): Error =>
  failureOf({
    code: 'NOT_FOUND',
    message: `${name} on ${host} cannot be restored: revision ${number} has no resource ${resource}`,
    hint: `deploy a revision that declares ${resource} first, or restore one of ${Object.keys(topology.resources).sort().join(', ')} with --resource`,
    details: { instance: name, host, resource, revision: number },
  })

function unknownSnapshot(all: LiveInstance[], snapshot: string, resource: string | undefined): Error {
  const resources = [...new Set(all.map((i) => i.resource))].sort()
  if (resource !== undefined && !resources.includes(resource)) {
    const near = nearest(resource, resources)
    return failureOf({
      code: 'NOT_FOUND',
      message: `no instance belongs to a resource ${resource}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
      hint: resources.length === 0 ? 'there are no instances' : `there are: ${resources.join(', ')}`,
    })
  }
  const known = [
    ...new Set(all.filter((i) => resource === undefined || i.resource === resource).flatMap((i) => i.snapshots ?? [])),
  ]
  return failureOf({
    code: 'NOT_FOUND',
    message: `no instance${resource === undefined ? '' : ` of ${resource}`} has a snapshot ${snapshot}`,
    hint: known.length === 0 ? 'there are no snapshots' : `there are: ${known.sort().join(', ')}`,
  })
}
