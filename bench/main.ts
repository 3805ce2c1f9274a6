import { parseArgs } from 'node:util'
import { Bench } from './bench.js'
import { analysis } from './groups/analysis.js'
import { cli } from './groups/cli.js'
import { create } from './groups/create.js'
import { edge } from './groups/edge.js'
import { placement } from './groups/placement.js'
import { plan } from './groups/plan.js'
import { signing } from './groups/signing.js'
import { machineFacts, loadNow } from './machine.js'
import { table, type Row } from './report.js'

const GROUPS: Record<string, (bench: Bench) => Promise<Row[]>> = {
  ...{ cli, plan, create, edge, analysis, signing, placement },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
})
const unknown = positionals.filter((name) => !(name in GROUPS))
const rounds = Number(values.rounds)
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`usage: npm run bench [-- ${Object.keys(GROUPS).join('|')} ...] [--rounds N]`)
  process.exit(64)
}

console.log(await machineFacts())
const bench = await Bench.open(rounds)
const stop = (): void => void bench.close().finally(() => process.exit(130))
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
const rows: Row[] = []
try {
  await bench.cul8er(['service', 'start', '--quiet'])
  for (const name of positionals.length > 0 ? positionals : Object.keys(GROUPS)) {
    console.error(`cul8er: measuring ${name}`)
    rows.push(...((await GROUPS[name]?.(bench)) ?? []))
  }
} finally {
  if (rows.length > 0) console.log(table(rows))
  console.log(`${rounds} rounds, medians; load average at the end ${loadNow()}`)
  await bench.close()
}
