import { join } from 'node:path'
import { createExecutors } from '../../src/hosts/executors.js'
import { createCommand, labelsOf } from '../../src/instances/commands.js'
import { listInstances } from '../../src/incus/index.js'
import { observe } from '../../src/instances/observe.js'
import { emulatorControl } from '../../src/emulator/client.js'
import { loadTopologies } from '../../src/loaders/load.js'
import type { ObservedInstance, Revision } from '../../src/plan/model.js'
import { planChanges } from '../../src/plan/plan.js'
import { instanceSpec } from '../../src/plan/specs.js'
import type { Bench } from '../bench.js'
import { median, ms, range, type Row } from '../report.js'
import { memory } from './cli.js'

const HOSTS = 50
const REPLICAS = 20

/** 1,000 instances on 50 emulated hosts: first none of them is there, then all are, and want another environment. */
export async function plan(bench: Bench): Promise<Row[]> {
  const file = await thousand(bench, 'one')
  const rows = [await command(bench, 'plan 1,000 instances on 50 hosts, all new', file)]
  const observed = await fill(bench, file)
  const changed = await thousand(bench, 'two')
  rows.push(await command(bench, 'plan 1,000 instances on 50 hosts, all changed', changed))
  const revision = await revisionOf(changed)
  const pure = await times(bench, async () => planChanges({ revision, observed }))
  rows.push({ what: '  the decision alone, all changed', cul8er: ms(median(pure)), note: range(pure) })
  return [...rows, memory(bench, 'memory, after plans of 1,000')]
}

async function command(bench: Bench, what: string, file: string): Promise<Row> {
  const taken = await times(bench, async () => {
    const text = await bench.cul8er(['plan', '--json', '-f', file], { exits: [2] })
    const { changes } = JSON.parse(text) as { changes: unknown[] }
    if (changes.length !== HOSTS * REPLICAS) throw new Error(`${changes.length} changes`)
  })
  const value = median(taken)
  return { what, cul8er: ms(value), aim: { most: 2_000, value, text: '< 2 s' }, note: range(taken) }
}

async function times(bench: Bench, run: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = []
  for (let round = 0; round < bench.rounds; round += 1) {
    const startedAt = performance.now()
    await run()
    taken.push(performance.now() - startedAt)
  }
  return taken
}

const thousand = (bench: Bench, stage: string): Promise<string> =>
  bench.topology('bench-wide', {
    hosts: Object.fromEntries(names('host').map((name) => [name, { address: name, platform: 'emulated' }])),
    resources: Object.fromEntries(
      names('app').map((name, i) => [
        name,
        {
          type: 'container',
          on: names('host')[i],
          replicas: REPLICAS,
          image: 'cul8er/tiny',
          limits: { cpu: 1, memory: '64MiB' },
          environment: { STAGE: stage },
        },
      ]),
    ),
  })

const names = (what: string): string[] => Array.from({ length: HOSTS }, (_, i) => `${what}${i + 1}`)

async function revisionOf(file: string): Promise<Revision> {
  const [topology] = await loadTopologies(file)
  if (topology === undefined) throw new Error(`${file} declares nothing`)
  return { number: 1, digest: '', topology, artifacts: {}, sealed: {}, createdAt: new Date().toISOString() }
}

/** Makes the instances as a deploy would, without the waiting, and looks at them as a plan does. */
async function fill(bench: Bench, file: string): Promise<ObservedInstance[]> {
  const revision = await revisionOf(file)
  const { hosts, resources } = revision.topology
  const executors = createExecutors({ emulatorHome: join(bench.home, 'emulator') })
  try {
    await emulatorControl(join(bench.home, 'emulator')).latency(0)
    const lists = await Promise.all(
      Object.entries(resources).map(async ([resource, { on, replicas }]) => {
        const host = on[0] ?? ''
        const via = hosts[host]
        if (via === undefined) throw new Error(`no host ${host}`)
        const executor = executors.executorFor(host, via)
        for (let index = 1; index <= (replicas ?? 1); index += 1) {
          const spec = instanceSpec(revision, { resource, index }, host, '')
          const labels = labelsOf(spec, { operation: 1, revision: 1, role: 'live' }, new Map())
          await executor.run(createCommand(spec, labels))
        }
        return observe(host, (await executor.run(listInstances())).stdout)
      }),
    )
    return lists.flat()
  } finally {
    await executors.close()
  }
}
