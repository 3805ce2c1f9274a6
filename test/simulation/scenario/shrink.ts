import type { Scenario } from './model.js'

/**
 * The smallest scenario found that still goes wrong in the same way: commands, faults and bad apps are left out one after another,
 * halves of the commands first, for as long as that makes it smaller.
 */
export async function shrink(
  scenario: Scenario,
  stillWrong: (candidate: Scenario) => Promise<boolean>,
  most = 150,
): Promise<Scenario> {
  let best = scenario
  let tries = 0
  for (let found = true; found;) {
    found = false
    for (const candidate of smaller(best)) {
      if ((tries += 1) > most) return best
      if (!(await stillWrong(candidate))) continue
      best = candidate
      found = true
      break
    }
  }
  return best
}

function* smaller(scenario: Scenario): Generator<Scenario> {
  const { commands, faults, apps, bystanders, canary, narrow } = scenario
  for (let size = Math.ceil(commands.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = Math.max(0, commands.length - size); at >= 0; at -= size) {
      yield { ...scenario, commands: commands.filter((_, i) => i < at || i >= at + size) }
    }
  }
  for (const name of Object.keys(faults)) yield { ...scenario, faults: without(faults, name) }
  for (const name of Object.keys(apps)) yield { ...scenario, apps: without(apps, name) }
  if (bystanders.length > 0) yield { ...scenario, bystanders: [] }
  if (canary.breach + canary.noData > 0) yield { ...scenario, canary: { breach: 0, noData: 0 } }
  if (narrow) yield { ...scenario, narrow: false }
}

const without = <T extends object>(all: T, name: string): T =>
  Object.fromEntries(Object.entries(all).filter(([key]) => key !== name)) as T
