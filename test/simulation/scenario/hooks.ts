import { randomFor, type Random } from '../random.js'
import type { Declaration, Scenario } from './model.js'

/** A scenario of a seed, with hooks of which some fail. The seed's own scenario stays as it is: other tests go by it. */
export function withHooks(scenario: Scenario): Scenario {
  const random = randomFor(scenario.seed, 'hooks', 1)
  return { ...scenario, revisions: scenario.revisions.map((each) => hooked(random, each)) }
}

function hooked(random: Random, declaration: Declaration): Declaration {
  const all = NAMES.flatMap((name) => (random.chance(0.5) ? [[name, hooksOf(random, name)]] : []))
  return all.length === 0 ? declaration : { ...declaration, hooks: Object.fromEntries(all) as object }
}

const NAMES = ['beforeDeploy', 'afterDeploy', 'beforeRollback', 'afterRollback', 'beforeDestroy', 'afterDestroy']

/** `flaky` fails now and then: see the world's hooks. */
const hooksOf = (random: Random, name: string): object[] =>
  Array.from({ length: random.int(1, 2) }, () => ({
    command: [random.pick(['fine', 'flaky'])],
    timeout: random.pick(['30s', '5m']),
    ...(/^after(Deploy|Rollback)$/.test(name) && random.chance(0.4) ? { required: true } : {}),
  }))
