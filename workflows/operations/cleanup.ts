import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { removed, REMOVALS_AT_ONCE } from '../../src/strategies/removal.js'
import { carryOut } from './carry-out.js'
import { conduct, type Ending } from './conduct.js'
import { findOwned, inParts } from './owned.js'
import { runOf } from './run-of.js'

/** The time of a standby is over: out of the edge and gone. */
export async function cleanup(input: OperationInput): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const all = await conducted.recorder.step('find the standby', undefined, () =>
      findOwned(input, input.topology, { dirty: input.dirty }),
    )
    const found = inParts(all).instances
    const old = found.filter((i) => i.role === 'old' && input.standby.includes(i.name))
    const run = runOf(input, found, conducted)
    conducted.run = run
    return carryOut(run, {
      stages: [
        { name: 'commit', lanes: [{ steps: [{ kind: 'commit', gone: old.map((i) => i.name) }] }] },
        { name: 'remove', lanes: old.map(removed), atOnce: REMOVALS_AT_ONCE, onFailure: 'continue' },
      ],
      standby: [],
    })
  })
}
