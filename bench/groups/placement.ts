import { loadTopologies } from '../../src/loaders/load.js'
import type { Revision } from '../../src/plan/model.js'
import { firstFitDecreasing } from '../../src/plan/placement/packing/first-fit-decreasing.js'
import { minimumBinSlack } from '../../src/plan/placement/packing/minimum-bin-slack.js'
import { binsUsed, left, type Bin, type Load, type Packing } from '../../src/plan/placement/packing/model.js'
import { pack } from '../../src/plan/placement/packing/pack.js'
import type { HostFacts } from '../../src/plan/placement/facts.js'
import { planChanges } from '../../src/plan/plan.js'
import type { Bench } from '../bench.js'
import { lowerBound, packingClasses, packingOf, type PackingClass } from '../packing.js'
import { median, ms, range, type Row } from '../report.js'

const HOSTS = 50
const RESOURCES = 50
const REPLICAS = 20
const GIB = 1_024

/** 1,000 instances of any of 50 hosts, and how many hosts packing uses, against the least that there can be. */
export async function placement(bench: Bench): Promise<Row[]> {
  const rows: Row[] = []
  for (const strategy of ['spread', 'pack']) {
    const file = await thousand(bench, strategy)
    const revision = await revisionOf(file)
    const pure = await times(bench, () => decide(revision))
    const value = median(pure)
    rows.push({
      what: `place 1,000 instances on 50 hosts, ${strategy}: the decision`,
      cul8er: ms(value),
      aim: { most: 2_000, value, text: '< 2 s' },
      note: `${range(pure)}; ${new Set(decide(revision)).size} hosts in use`,
    })
    const whole = await times(bench, async () => {
      const { changes } = JSON.parse(await bench.cul8er(['plan', '--json', '-f', file], { exits: [2] })) as {
        changes: unknown[]
      }
      if (changes.length !== RESOURCES * REPLICAS) throw new Error(`${changes.length} changes`)
    })
    rows.push({ what: '  the whole command `plan`', cul8er: ms(median(whole)), note: range(whole) })
  }
  return [...rows, ...packingClasses().map(hostsUsed)]
}

function hostsUsed({ name, capacity, instances }: PackingClass): Row {
  const cases = instances.map((sizes) => ({ ...packingOf(sizes, capacity), least: lowerBound(sizes, capacity) }))
  const total = (packer: (loads: readonly Load[], bins: readonly Bin[]) => Packing): number =>
    cases.reduce((sum, { loads, bins }) => {
      const packing = packer(loads, bins)
      if (left(loads, packing) > 0) throw new Error(`${name}: something is not packed`)
      return sum + binsUsed(bins, packing)
    }, 0)
  const least = cases.reduce((sum, each) => sum + each.least, 0)
  const startedAt = performance.now()
  const bins = total(pack)
  const took = performance.now() - startedAt
  const ratio = bins / least
  const against = (packer: typeof pack): string => (total(packer) / least).toFixed(4)
  return {
    what: `hosts used, ${name} (${instances.length})`,
    cul8er: `${bins}: ${ratio.toFixed(4)}`,
    against: `L2 ${least}`,
    ratio,
    aim: { most: 1.02, value: ratio, text: '<= 1.02' },
    note: `first fit ${against(firstFitDecreasing)}, bin slack ${against(minimumBinSlack)}; ${ms(took / instances.length)} each`,
  }
}

/** The host of each instance. */
function decide(revision: Revision): string[] {
  const facts = Object.keys(revision.topology.hosts).map((host): HostFacts => ({
    ...{
      host,
      architectures: ['x86_64'],
      vms: true,
      silent: null,
      cordoned: null,
      taken: {},
      rootPools: {},
      instances: [],
    },
    total: { cpu: 64, memoryMiB: 256 * GIB, pools: {} },
  }))
  return planChanges({ revision, observed: [], facts }).changes.map(({ host }) => host)
}

async function times(bench: Bench, run: () => unknown): Promise<number[]> {
  const taken: number[] = []
  for (let round = 0; round < bench.rounds; round += 1) {
    const startedAt = performance.now()
    await run()
    taken.push(performance.now() - startedAt)
  }
  return taken
}

const names = (what: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${what}${i + 1}`)

/** An emulated host has 64 CPUs and 256 GiB: the limits here add up to half of that. */
const thousand = (bench: Bench, strategy: string): Promise<string> =>
  bench.topology(`bench-${strategy}`, {
    hosts: Object.fromEntries(names('host', HOSTS).map((name) => [name, { address: name, platform: 'emulated' }])),
    resources: Object.fromEntries(
      names('app', RESOURCES).map((name, i) => [
        name,
        {
          type: 'container',
          replicas: REPLICAS,
          image: 'cul8er/tiny',
          limits: { cpu: 1 + (i % 3), memory: `${1 + ((i * 7) % 12)}GiB` },
          placement: { strategy },
        },
      ]),
    ),
  })

async function revisionOf(file: string): Promise<Revision> {
  const [topology] = await loadTopologies(file)
  if (topology === undefined) throw new Error(`${file} declares nothing`)
  return { number: 1, digest: '', topology, artifacts: {}, sealed: {}, createdAt: new Date().toISOString() }
}
