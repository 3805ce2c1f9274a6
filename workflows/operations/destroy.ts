import type { OperationEnd, OperationInput, Stage } from '../../src/contracts/index.js'
import { edgesOf } from '../../src/steps/edges.js'
import { hookStages } from '../../src/strategies/hooks.js'
import { removed, REMOVALS_AT_ONCE, volumeRemoved } from '../../src/strategies/removal.js'
import { interpret } from '../engine/interpreter.js'
import { words } from './carry-out.js'
import { conduct, type Ending } from './conduct.js'
import { counted, findOwned, inParts } from './owned.js'
import { runOf } from './run-of.js'

/** Removes all that carries the topology's label, and nothing else. There is no way back, so a failure leaves the rest for the next try. */
export async function destroy(input: OperationInput): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const { topology } = input
    // A person who asks means all that is there; a time that has come meant what was there then.
    const operation = input.automatic === true ? input.number : undefined
    const found = await conducted.recorder.step(
      'find instances',
      undefined,
      () => findOwned(input, topology, { volumes: true, operation }),
      (all) => counted(all),
    )
    const { instances: owned, volumes } = inParts(found)
    if (conducted.steer.aborted) {
      return { outcome: 'rolledBack', error: { code: 'ABORTED', message: 'aborted: nothing was removed' } }
    }
    conducted.changes.push(
      ...owned.map(({ resource, name, host }) => ({
        action: 'delete' as const,
        resource,
        instance: name,
        host,
        reasons: ['the topology is destroyed'],
        drift: false,
      })),
    )
    const run = runOf(input, [], conducted)
    conducted.run = run
    const isEmpty = owned.length + volumes.length === 0
    const hooks = hookStages(isEmpty ? null : input.hooks, { force: input.request.force })
    const stages: Stage[] = [
      ...hooks.before,
      { name: 'commit', lanes: [{ steps: [{ kind: 'commit', gone: owned.map(({ name }) => name) }] }] },
      {
        name: 'close the public ports',
        lanes: edgesOf(input).map((host) => ({ host, steps: [{ kind: 'closePorts', host }] })),
        onFailure: 'continue',
      },
      { name: 'remove', lanes: owned.map(removed), atOnce: REMOVALS_AT_ONCE, onFailure: 'continue' },
      ...(volumes.length === 0
        ? []
        : [
            {
              name: 'remove volumes',
              lanes: volumes.map(volumeRemoved),
              atOnce: REMOVALS_AT_ONCE,
              onFailure: 'continue' as const,
            },
          ]),
      ...hooks.after,
    ]
    run.position = { stage: 0, stages: stages.length, name: '' }
    // A pause may hold it here, and an abort end it, until the first port is closed.
    await conducted.steer.abortable(() => interpret(run, stages))
    if (run.failures.length === 0) return { outcome: 'succeeded', committed: true }
    return {
      outcome: 'needsAttention',
      committed: true,
      dirty: [...run.dirty],
      error: {
        code: 'NEEDS_ATTENTION',
        message: `${run.failures.length} of ${owned.length + volumes.length} could not be removed: ${run.failures.map(words).join('; ')}`,
        hint: 'fix the cause and destroy again; removed instances are skipped',
      },
    }
  })
}
