import { readFileSync } from 'node:fs'
import { INVARIANTS } from './invariants/index.js'
import { reportOf } from './report.js'
import { scenarioOf } from './scenario/generate.js'
import { scenarioOfHosts } from './scenario/hosts.js'
import type { Scenario } from './scenario/model.js'
import { simulate } from './simulate.js'
import { mutatedSubject, theSubject } from './subject.js'
import { MUTATIONS } from './mutations/table.js'

/*
 * Simulations by hand: npx jiti test/simulation/run.ts
 *   SEED=7             one, with its trace; SHRINK=1: the smallest scenario that goes wrong in the same way
 *   FROM=1 SEEDS=1000  so many, until one goes wrong; ALL=1: also after that
 *   SCENARIO=file      a scenario of its own, as JSON
 *   EVERY=1            goes on in a simulation that went wrong: one defect hides no other
 *   SKIP=a,b           without these invariants
 *   MUTATION=name      with a fix taken out
 *   HOSTS=1            scenarios of hosts that die, return and split
 */
const { SEED, FROM = '1', SEEDS = '1000', ALL, SHRINK, SCENARIO, SKIP = '', EVERY, MUTATION, HOSTS } = process.env

const names = (text: string): string[] => text.split(',').filter((name) => name !== '')
const skipped = new Set(names(SKIP))
for (const name of skipped) {
  const known = INVARIANTS.map((invariant) => invariant.name)
  if (!known.includes(name)) throw new Error(`SKIP: no invariant ${name}; there are ${known.join(', ')}`)
}
const mutation = MUTATIONS.find(({ name }) => name === MUTATION)
if (MUTATION !== undefined && mutation === undefined) {
  throw new Error(`MUTATION: no ${MUTATION}; there are ${MUTATIONS.map(({ name }) => name).join(', ')}`)
}

const options = { skipped, goOn: EVERY !== undefined }
const one = SEED !== undefined || SCENARIO !== undefined
const subject = mutation === undefined ? theSubject() : await mutatedSubject(mutation.replacements)
const begin = process.cpuUsage()
const sum = { seeds: 0, activations: 0, operations: 0 }
const found = new Map<string, number[]>()
for (let seed = Number(SEED ?? FROM); sum.seeds < (one ? 1 : Number(SEEDS)); seed += 1) {
  const scenario =
    SCENARIO === undefined
      ? (HOSTS === undefined ? scenarioOf : scenarioOfHosts)(seed)
      : (JSON.parse(readFileSync(SCENARIO, 'utf8')) as Scenario)
  const outcome = await simulate(scenario, subject, options)
  const { wrong, trace, hash } = outcome
  sum.seeds += 1
  sum.activations += outcome.activations
  sum.operations += outcome.operations
  if (one && SHRINK === undefined) console.log(`${JSON.stringify(scenario, null, 1)}\n${trace.join('\n')}`)
  if (SHRINK !== undefined && wrong !== null) console.log(await reportOf(scenario, outcome, subject, options))
  else if (one || wrong !== null)
    console.log(
      `SEED=${seed} (trace ${hash}, ${trace.length} lines): ${outcome.all.map(({ message }) => message).join('\n  ') || 'well'}`,
    )
  if (wrong === null) continue
  for (const { invariant } of outcome.all) found.set(invariant, [...(found.get(invariant) ?? []), seed])
  if (ALL === undefined) break
}
const { user, system } = process.cpuUsage(begin)
console.log(JSON.stringify(sum), `${((user + system) / 1e6).toFixed(1)} CPU s`)
for (const [name, seeds] of found) console.log(`${name}: ${seeds.length} (${seeds.slice(0, 12).join(', ')})`)
process.exitCode = found.size === 0 ? 0 : 1
