import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IncusCommand } from '../../src/incus/command.js'
import type { Artifact, Revision } from '../../src/plan/model.js'
import { STRATEGIES } from '../../src/strategies/registry.js'
import { seeded } from '../chaos/random.js'
import { shopReleases } from '../support/fleet.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { wrapped } from '../support/wrapped.js'

/*
 * A dry run prints what an undisturbed operation runs: the same commands, each instance's in the same order, and no stage's before
 * those of the stage before it. Random topologies, changes and strategies; a failing one is named by its seed.
 */

const SEED = Number(process.env.SEED ?? 0)
const CASES = SEED > 0 ? [SEED] : Array.from({ length: Number(process.env.PREDICTED_CASES ?? 24) }, (_, i) => i + 1)

/** Only looks: they change nothing and a dry run leaves them out. */
const LOOKS = ['list', 'query', 'config show', 'info', 'image', 'cul8er-probe', 'cul8er-logs', 'console']

describe('a dry run predicts the commands of an undisturbed operation', { timeout: 240_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  const ran = new Map<string, string[][]>()

  beforeAll(async () => {
    const before = (command: IncusCommand | null, host: string): void =>
      void (command && ran.get(host)?.push([...command.args]))
    rig = await Rig.start(undefined, { wrap: (executor) => wrapped(executor, { before }) })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  it.each(CASES)('seed %i', async (seed) => {
    const name = `p${seed}`
    const random = seeded(seed)
    const approach = pick(random, STRATEGIES).name
    const strategy = strategyOf(random, approach)
    const first = partsOf(random)
    const second = random() < 0.3 ? { ...first, version: other(first.version) } : partsOf(random)
    for (const parts of [first, second]) {
      const revision = rig.revision(topologyOf(declared(name, parts, strategy)), artifacts)
      const predicted = await predictedBy(revision)
      ran.set(name, [])
      const { outcome, error } = await rig.run(name, { kind: 'deploy', revision, force: true })
      expect({ seed, outcome, error }).toEqual({ seed, outcome: 'succeeded' })
      const executed = byInstance((ran.get(name) ?? []).filter(changes))
      expect({ seed, approach, executed }).toEqual({ seed, approach, executed: byInstance(predicted) })
    }
  })

  async function predictedBy(revision: Omit<Revision, 'number'>): Promise<string[][]> {
    const topology = revision.topology.name
    // Before the first deploy there is none.
    const ledger = await rig.ledger(topology).catch(() => null)
    const { commands } = await rig.inspect({
      kind: 'plan',
      topology,
      revision,
      base: ledger?.revisions.find(({ number }) => number === ledger.stable) ?? null,
      dirty: [],
      standby: ledger?.standby?.names ?? [],
      force: true,
      dryRun: { operation: (ledger?.lastOperation ?? 0) + 1, revision: (ledger?.desired ?? 0) + 1 },
    })
    return commands.flatMap(({ args }) => (args === null ? [] : [[...args]]))
  }
})

interface Parts {
  version: '1.0.0' | '1.1.0'
  image: string
  replicas: number
  cpu: number
  greeting: string
  exposed: boolean
  /** A database beside the web. */
  database: 'none' | 'plain' | 'bigger'
}

const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
const other = (version: Parts['version']): Parts['version'] => (version === '1.0.0' ? '1.1.0' : '1.0.0')

const partsOf = (random: () => number): Parts => ({
  version: pick(random, ['1.0.0', '1.1.0']),
  image: pick(random, ['cul8er/tiny', 'cul8er/tiny', 'cul8er/debian']),
  replicas: pick(random, [1, 2, 3, 4]),
  cpu: pick(random, [1, 2]),
  greeting: pick(random, ['hello', 'hi']),
  exposed: random() < 0.8,
  database: pick(random, ['none', 'plain', 'bigger']),
})

const strategyOf = (random: () => number, approach: string): Record<string, unknown> => ({
  approach,
  maxParallel: pick(random, [1, 2, 5]),
  keep: pick(random, ['0s', '10m']),
  instances: pick(random, [1, 2, 'share']),
  steps: [{ weight: pick(random, [20, 50, 80]), pause: '100ms' }, 100],
  analysis: { maxErrorRatePercent: false },
  rollback: { snapshot: pick(random, ['auto', 'always', 'never']), keepSnapshots: pick(random, [0, 1, 3]) },
  healthcheck: {
    endpoint: 'http://localhost:4000/health',
    interval: '50ms',
    timeout: '3s',
    minHealthyTime: '50ms',
    deadline: '20s',
  },
})

const declared = (name: string, parts: Parts, strategy: Record<string, unknown>): unknown =>
  shop(parts.version, {
    name,
    host: name,
    strategy,
    resources:
      parts.database === 'none'
        ? {}
        : {
            db: {
              on: name,
              image: 'cul8er/tiny',
              stateful: true,
              limits: { memory: parts.database === 'plain' ? '64MiB' : '128MiB' },
            },
          },
    web: {
      replicas: parts.replicas,
      image: parts.image,
      limits: { cpu: parts.cpu },
      environment: { GREETING: parts.greeting },
      ...(parts.exposed ? {} : { network: {} }),
    },
  })

const changes = (args: readonly string[]): boolean =>
  !LOOKS.some((look) => args.join(' ').startsWith(look) || args.includes(look))

/** The commands of each instance, in order: what only the operation knows left out, a second try of an install once. */
function byInstance(all: readonly string[][]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const args of all) {
    const words = args
      .map((word, i) => (args[i - 1] === '-c' && word.includes('\n') ? '…' : word))
      .join(' ')
      .replaceAll(/(pre-deploy-\d+)-[0-9a-z]{8}/g, '$1')
    const instance = args.find((word) => /^p\d+-(web|db)/.test(word)) ?? ''
    const known = (found[instance.split('/')[0] ?? ''] ??= [])
    if (!(words.includes('cul8er-install') && known.at(-1) === words)) known.push(words)
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => a.localeCompare(b)))
}
