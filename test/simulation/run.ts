import { scenarioOf } from './scenario/generate.js'
import { simulate } from './simulate.js'
import { theSubject } from './subject.js'

const { SEED, FROM = '1', SEEDS = '1000', ALL, SKIP = '' } = process.env
const skipped = new Set(SKIP.split(',').filter((name) => name !== ''))
const subject = await theSubject()
const begin = process.cpuUsage()
const sum = { seeds: 0, activations: 0, operations: 0 }
const found = new Map<string, number[]>()
for (let seed = Number(SEED ?? FROM); sum.seeds < (SEED === undefined ? Number(SEEDS) : 1); seed += 1) {
  const scenario = scenarioOf(seed)
  const { wrong, trace, hash, activations, operations } = await simulate(scenario, subject, skipped)
  sum.seeds += 1
  sum.activations += activations
  sum.operations += operations
  if (SEED !== undefined) console.log(JSON.stringify(scenario, null, 1), trace.join('\n'))
  if (wrong !== null) found.set(wrong.invariant, [...(found.get(wrong.invariant) ?? []), seed])
  if (SEED !== undefined || wrong !== null)
    console.log(`SEED=${seed} (trace ${hash}, ${trace.length} lines): ${wrong?.message ?? 'well'}`)
  if (wrong !== null && ALL === undefined) break
}
const { user, system } = process.cpuUsage(begin)
console.log(JSON.stringify(sum), `${((user + system) / 1e6).toFixed(1)} CPU s`)
for (const [name, seeds] of found) console.log(`${name}: ${seeds.length} (${seeds.slice(0, 12).join(', ')})`)
process.exitCode = found.size === 0 ? 0 : 1
