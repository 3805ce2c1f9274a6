import { blueGreen } from './blue-green.js'
import { canary } from './canary.js'
import { recreate } from './recreate.js'
import { rolling } from './rolling.js'
import type { Strategy } from './strategy.js'

/** Every strategy; the first one is the default. */
export const STRATEGIES = [rolling, blueGreen, canary, recreate] as const satisfies readonly Strategy[]

export type StrategyName = (typeof STRATEGIES)[number]['name']

/** @throws Error for a name that the schema does not let through */
export function strategyNamed(name: string): Strategy {
  const found = STRATEGIES.find((strategy: Strategy) => strategy.name === name)
  if (found === undefined) throw new Error(`no strategy ${name}`)
  return found
}

/** The strategy of an operation: what was stable before is not tried with a canary again, for going back is what is urgent. */
export function strategyFor(approach: string, { goesBack }: { goesBack: boolean }): Strategy {
  const strategy = strategyNamed(approach)
  return goesBack ? strategyNamed(strategy.rollsBackBy ?? strategy.name) : strategy
}
