import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { stringify } from 'yaml'
import { loadTopologies } from '../../src/loaders/load.js'
import { runningService } from '../../src/service/ensure.js'
import type { Bench } from '../bench.js'
import { median, ms, range, type Row } from '../report.js'

/** What a person waits for before anything happens, and what the embedded service takes of the machine. */
export async function cli(bench: Bench): Promise<Row[]> {
  const files = await fiftyResources(bench)
  const rows: Row[] = []
  for (const [kind, file] of Object.entries(files)) {
    const fresh = await inFreshProcesses(bench.rounds, file)
    await loadTopologies(file)
    const before = process.cpuUsage()
    const again = await timed(bench.rounds, () => loadTopologies(file))
    const { user, system } = process.cpuUsage(before)
    const row = value(`load and validate 50 resources, ${kind}, in the process`, again, 100)
    // On a busy machine the clock counts what others do; this does not.
    rows.push({ ...row, note: `${row.note}; ${ms((user + system) / 1000 / bench.rounds)} of CPU` })
    rows.push(value('  the first time in a process, CPU, without the start of Node', fresh, 100))
    const whole = await timed(bench.rounds, () => bench.cul8er(['validate', '--quiet', '-f', file]))
    rows.push(value(`cul8er validate, 50 resources, ${kind}`, whole, 150))
  }
  rows.push(value('cul8er --version', await timed(bench.rounds, () => bench.cul8er(['--version']))))
  return [...rows, memory(bench, 'memory, idle')]
}

/** ms of CPU that a process takes to load the package and, for its first time, the file. */
async function inFreshProcesses(rounds: number, file: string): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', FIRST_LOAD, file, PACKAGE])
    times.push(Number(stdout))
  }
  return times
}

const PACKAGE = import.meta.resolve('cul8er')

const FIRST_LOAD = `
const [file, cul8er] = process.argv.slice(1)
const before = process.cpuUsage()
await (await import(cul8er)).loadTopologies(file)
const { user, system } = process.cpuUsage(before)
console.log((user + system) / 1000)
`

/** Resident memory of the parts of the embedded service. */
export function memory(bench: Bench, what: string): Row {
  const record = runningService(bench.home)?.record
  const [worker, temporal] = [record?.worker, record?.temporal].map((part) => residentMiB(part?.pid))
  return { what, cul8er: `worker ${worker}`, against: `Temporal ${temporal}` }
}

const residentMiB = (pid: number | undefined): string => {
  if (pid === undefined) return 'none'
  const kib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return `${Math.round(kib / 1024)} MiB`
}

const value = (what: string, times: number[], most?: number): Row => ({
  what,
  cul8er: ms(median(times)),
  ...(most === undefined ? {} : { aim: { most, value: median(times), text: `< ${most} ms` } }),
  note: range(times),
})

async function timed(rounds: number, run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now()
    await run()
    times.push(performance.now() - startedAt)
  }
  return times
}

async function fiftyResources(bench: Bench): Promise<{ YAML: string; TypeScript: string }> {
  const declaration = {
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [
        `app${i}`,
        {
          type: 'container',
          on: 'here',
          replicas: 2,
          image: 'cul8er/debian',
          limits: { cpu: 2, memory: '512MiB' },
          environment: { NUMBER: String(i), MIX_ENV: 'prod' },
          network: { expose: [{ port: 4000, as: 10_000 + i, protocol: 'http' }] },
          deploy: { release: 'bench', version: '1.0.0' },
        },
      ]),
    ),
  }
  const [yaml, code] = ['fifty.yaml', 'fifty.ts'].map((name) => join(bench.folder, name)) as [string, string]
  await writeFile(yaml, stringify({ name: 'fifty', ...declaration }))
  const text = JSON.stringify(declaration, null, 2)
  await writeFile(code, `import { defineTopology } from 'cul8er'\n\nexport default defineTopology('fifty', ${text})\n`)
  return { YAML: yaml, TypeScript: code }
}
