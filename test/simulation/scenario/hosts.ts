import { Random } from '../random.js'
import { FAULTS, type Fault } from '../server/faults.js'
import type { AppBehaviour } from '../world/model.js'
import type { Command, Declaration, Deed, Scenario } from './model.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * A scenario of several hosts that die, return and split, with what holds data and has copies, by a generator of its own: `scenarioOf` and
 * its seeds are left alone.
 */
export function scenarioOfHosts(seed: number): Scenario {
  const random = new Random(seed * 104_729)
  const hosts = ['one', 'two', 'three', 'four'].slice(0, random.int(2, 4))
  const first = declaration(random, hosts)
  const revisions = [first, ...Array.from({ length: random.int(1, 3) }, (_, i) => next(random, first, i + 2))]
  return {
    seed,
    topology: 'shop',
    revisions,
    apps: apps(random, revisions.length),
    commands: commands(random, { hosts, revisions: revisions.length }),
    faults: random.chance(0.5) ? {} : faults(random),
    canary: { breach: 0, noData: 0 },
    bystanders: [],
    narrow: random.chance(0.2),
    // A host that comes and goes is left out for an hour at most.
    settlesMs: 3 * HOUR,
  }
}

interface Resource {
  image: string
  on: string[]
  replicas?: number
  stateful?: boolean
  replicate?: { to: string; every: string; keep: number }
  config?: Record<string, string>
  network?: { expose: { port: number; as: number }[] }
  deploy?: { release: string; version: string }
}
type Several = Declaration & { resources: Record<string, Resource> }

function declaration(random: Random, hosts: string[]): Several {
  const keeps = hosts.at(-1)!
  const isCopied = random.chance(0.8)
  const on = isCopied ? hosts.slice(0, -1) : hosts
  return {
    name: 'shop',
    hosts: Object.fromEntries(hosts.map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
    ...(random.chance(0.7) ? { failover: { after: '20s' } } : {}),
    resources: {
      db: {
        ...{ image: 'cul8er/tiny', on, stateful: true, deploy: { release: 'db', version: '1' } },
        ...(random.chance(0.3) ? { replicas: 2 } : {}),
        ...(isCopied ? { replicate: { to: keeps, every: random.pick(['1m', '10m']), keep: random.pick([1, 3]) } } : {}),
        ...(random.chance(0.5) ? { config: { 'boot.autostart': 'true' } } : {}),
      },
      web: {
        ...{ image: 'cul8er/tiny', on: hosts, replicas: random.int(1, 4), deploy: { release: 'web', version: '1' } },
        ...random.pick([{}, {}, { config: { 'boot.autostart': 'true' } }, { config: { 'boot.autostart': 'false' } }]),
        network: { expose: [{ port: 4000, as: 8080 }] },
      },
    },
    strategy: {
      approach: random.pick(['rolling', 'rolling', 'blueGreen', 'canary', 'recreate']),
      maxParallel: random.pick([1, 2, 4]),
      drain: random.pick(['0s', '5s']),
      hostTimeout: random.pick(['10s', '30s']),
      healthcheck: { endpoint: 'http://localhost:4000/health', minHealthyTime: '5s', deadline: '20s', interval: '1s' },
      rollback: { onFailure: random.chance(0.15) ? 'hold' : 'automatic' },
    },
  }
}

/** One thing of the first is different. */
function next(random: Random, first: Several, number: number): Several {
  const changed = structuredClone(first)
  const { db, web } = changed.resources as { db: Resource; web: Resource }
  const what = random.int(0, 5)
  if (what <= 1) web.deploy!.version = String(number)
  else if (what === 2) db.deploy!.version = String(number)
  else if (what === 3) web.replicas = random.int(1, 4)
  else if (what === 4) db.image = `cul8er/tiny-${number}`
  else web.on = web.on.slice(0, -1)
  return changed
}

/** Some later versions are bad. */
function apps(random: Random, revisions: number): Record<string, AppBehaviour> {
  const versions = Array.from({ length: revisions }, (_, i) => i + 2)
  const all = versions.flatMap((version) => [`web@${version}`, `db@${version}`])
  return Object.fromEntries(
    all.flatMap((release): [string, AppBehaviour][] =>
      random.chance(0.2) ? [[release, random.chance(0.5) ? { kind: 'breaksAtStart' } : LATER]] : [],
    ),
  )
}

const LATER: AppBehaviour = { kind: 'breaksLater', afterMs: 30 * SECOND }

const faults = (random: Random): Scenario['faults'] =>
  Object.fromEntries(
    (Object.keys(FAULTS) as Fault[]).filter(() => random.chance(0.4)).map((kind) => [kind, FAULTS[kind]]),
  )

interface About {
  hosts: string[]
  revisions: number
}

function commands(random: Random, about: About): Command[] {
  const all: Command[] = [{ when: 'idle', gapMs: 0, does: deploy(0) }]
  const count = random.int(4, 9)
  while (all.length <= count) {
    const does = random.weighted(DEEDS, ([weight]) => weight)[1](random, about)
    const isMeanwhile = MEANWHILE.has(does.kind) && random.chance(0.7)
    all.push({ when: isMeanwhile ? 'now' : 'idle', gapMs: random.pick(isMeanwhile ? SHORT : LONG), does })
  }
  return all
}

const MEANWHILE: ReadonlySet<Deed['kind']> = new Set(['hostOut', 'workerAway', 'steer', 'terminateOperation'])
const SHORT = [2 * SECOND, 5 * SECOND, 9 * SECOND, 15 * SECOND, 30 * SECOND]
const LONG = [SECOND, 20 * SECOND, MINUTE, 5 * MINUTE, 20 * MINUTE]
/** Shorter than a host is suspected after, than it is dead after, and longer. */
const OUT = [5 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE, 40 * MINUTE]

const deploy = (revision: number, more: { force?: boolean; without?: true } = {}): Deed => ({
  ...{ kind: 'deploy', revision, force: false, givesUpMs: null },
  ...more,
})

const DEEDS: [number, (random: Random, about: About) => Deed][] = [
  [
    6,
    (random, { revisions }) =>
      deploy(random.int(0, revisions - 1), {
        force: random.chance(0.1),
        ...(random.chance(0.4) ? { without: true } : {}),
      }),
  ],
  [
    9,
    (random, { hosts }) => ({
      ...{ kind: 'hostOut', host: random.pick(hosts), how: random.pick(['power', 'network'] as const) },
      ...{ forMs: random.pick(OUT), times: random.pick([1, 1, 1, 3]) },
    }),
  ],
  [
    4,
    (random, { hosts }) => ({
      ...{ kind: 'drain', host: random.pick(hosts), force: random.chance(0.2), givesUpMs: null },
    }),
  ],
  [1, () => ({ kind: 'rebalance', givesUpMs: null })],
  [
    4,
    (random, { hosts }) => ({
      ...{ kind: 'restoreCopy', host: hosts.at(-1)!, force: random.chance(0.6), givesUpMs: null },
    }),
  ],
  [1, () => ({ kind: 'restart', names: [], atOnce: null, givesUpMs: null })],
  [1.5, (random) => ({ kind: 'rollback', to: null, force: random.chance(0.1), givesUpMs: null })],
  [0.5, () => ({ kind: 'destroy', givesUpMs: null })],
  [1, (random) => ({ kind: 'workerAway', forMs: random.pick([10 * SECOND, MINUTE]) })],
  [1, (random) => ({ kind: 'steer', action: random.pick(['abort', 'abort', 'promoteFull'] as const), by: 'update' })],
  [0.5, () => ({ kind: 'terminateOperation' })],
]
