import { Cul8erError } from '../../../src/errors.js'
import type { Acts } from './acts.js'

/** Commands of an operator's: what they do is none of the world's business, only whether they fail. */
export const hookActs: Pick<Acts, 'runHook'> = {
  runHook: ({ hook, command: [program = ''] }, { random }) => {
    if (program === 'fails' || (program === 'flaky' && random.chance(0.3))) {
      throw new Cul8erError('HOOK', `${hook} hook ${program} failed (exit 1)`)
    }
    return { lines: [] }
  },
}
