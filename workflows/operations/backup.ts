import { isCancellation } from '@temporalio/workflow'
import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { chosen } from '../../src/plan/chosen.js'
import { quick } from '../engine/activities.js'
import { failureOf, reportOf } from '../engine/failure.js'
import { interpret } from '../engine/interpreter.js'
import { conduct, type Ending } from './conduct.js'
import { inParts } from './owned.js'
import { runOf } from './run-of.js'

/** Instances at a time: all of it passes through the worker. */
const AT_ONCE = 2

/** Backs up instances now. Nothing of them changes, so that there is nothing to take back. */
export async function backup(input: OperationInput): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const { topology, revision, request, hosts, number: operation } = input
    const { project, resources } = revision.topology
    const owned = await conducted.recorder.step('find instances', undefined, () =>
      quick({ summary: topology }).findOwned({ topology, project, hosts, operation }),
    )
    const found = inParts(owned).instances
    const live = found.filter(({ role, resource }) => role === 'live' && resources[resource]?.backup !== undefined)
    const meant = chosen(live, request.resource === undefined ? [] : [request.resource])
    if ('refusal' in meant) throw failureOf(meant.refusal)
    if (meant.chosen.length === 0) {
      throw failureOf({
        code: 'NOT_FOUND',
        message: `nothing of ${topology} has backups`,
        hint: 'declare `backup` for a stateful resource, and deploy that first',
      })
    }
    const run = runOf(input, found, conducted)
    conducted.run = run
    run.position = { stage: 0, stages: 1, name: '' }
    try {
      await run.steer.abortable(() =>
        interpret(run, [
          {
            name: 'back up',
            lanes: meant.chosen.map((from) => ({ host: from.host, steps: [{ kind: 'backUp', from }] })),
            atOnce: AT_ONCE,
          },
        ]),
      )
      return { outcome: 'succeeded' }
    } catch (error) {
      const aborted = { code: 'ABORTED', message: 'aborted: what was begun of a backup is deleted' } as const
      return { outcome: 'failed', error: isCancellation(error) ? aborted : reportOf(error) }
    }
  })
}
