import { Random, randomFor } from '../random.js'
import { FAULTS, type Fault, type Faults } from '../server/faults.js'
import type { AppBehaviour } from '../world/model.js'
import { declaration, incusName, nextDeclaration } from './declarations.js'
import type { Bystander, Command, Declaration, Deed, Scenario } from './model.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** The scenario of a seed. One more call of the generator changes the scenarios of all seeds: keep what was found as data. */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed * 7_919)
  const topology = 'shop'
  const revisions = declarations(random, topology)
  const isCalm = random.chance(0.3)
  return {
    seed,
    topology,
    revisions,
    apps: apps(random, revisions),
    commands: withUpkeep(seed, commands(random, revisions), { topology, revisions }),
    faults: isCalm ? {} : faults(random),
    canary: random.chance(0.3) ? { breach: 0.05, noData: 0.1 } : { breach: 0, noData: 0 },
    bystanders: bystanders(random, topology),
    narrow: random.chance(0.35),
  }
}

function declarations(random: Random, topology: string): Declaration[] {
  const all = [declaration(random, topology)]
  const count = random.int(2, 4)
  while (all.length < count) all.push(nextDeclaration(random, random.pick(all), all.length))
  return all
}

/** Some versions are bad; the first is good more often, so that there is something to lose. */
function apps(random: Random, revisions: Declaration[]): Record<string, AppBehaviour> {
  const releases = new Set(revisions.flatMap(({ resources }) => Object.values(resources).flatMap(releaseOf)))
  return Object.fromEntries(
    [...releases].flatMap((release, i): [string, AppBehaviour][] => {
      if (!random.chance(i === 0 ? 0.05 : 0.3)) return []
      return [[release, random.chance(0.5) ? { kind: 'breaksAtStart' } : later(random)]]
    }),
  )
}

const later = (random: Random): AppBehaviour => ({
  kind: 'breaksLater',
  afterMs: random.pick([8 * SECOND, 30 * SECOND, 2 * MINUTE, 20 * MINUTE]),
})

const releaseOf = (resource: object): string[] => {
  const { deploy } = resource as { deploy?: { release: string; version: string } }
  return deploy === undefined ? [] : [`${deploy.release}@${deploy.version}`]
}

function faults(random: Random): Faults {
  const kinds = (Object.keys(FAULTS) as Fault[]).filter(() => random.chance(0.45))
  return Object.fromEntries(kinds.map((kind) => [kind, FAULTS[kind]]))
}

function commands(random: Random, revisions: Declaration[]): Command[] {
  const first: Command = {
    when: 'idle',
    gapMs: 0,
    does: { kind: 'deploy', revision: 0, force: false, givesUpMs: null },
  }
  const all = [first]
  const count = random.int(3, 9)
  while (all.length <= count) {
    const isSteered = all.at(-1)?.does.kind === 'deploy' && all.at(-1)?.when === 'idle' && random.chance(0.3)
    const does = isSteered ? steering(random) : deed(random, revisions)
    const isMeanwhile = MEANWHILE.has(does.kind) || random.chance(0.15)
    all.push({ when: isMeanwhile ? 'now' : 'idle', gapMs: random.pick(isMeanwhile ? SHORT : LONG), does })
  }
  return all
}

/** What makes sense while an operation is in progress. */
const MEANWHILE: ReadonlySet<Deed['kind']> = new Set([
  ...(['steer', 'cancelOperation', 'terminateOperation', 'hostAway', 'workerAway'] as const),
])
const SHORT = [0, SECOND, 5 * SECOND, 20 * SECOND, MINUTE, 5 * MINUTE]
const LONG = [0, 0, SECOND, MINUTE, 20 * MINUTE, 90 * MINUTE]

/** Kinds of command with their weights. */
const DEEDS: [number, (random: Random, revisions: Declaration[]) => Deed][] = [
  [
    10,
    (random, revisions) => ({
      ...{ kind: 'deploy', revision: random.int(0, revisions.length - 1), force: random.chance(0.2) },
      givesUpMs: givesUp(random),
    }),
  ],
  [
    4,
    (random) => ({
      ...{ kind: 'rollback', to: random.chance(0.3) ? random.int(0, 3) : null, force: random.chance(0.2) },
      givesUpMs: givesUp(random),
    }),
  ],
  [
    2,
    (random, revisions) => {
      const resource = random.pick(Object.keys(random.pick(revisions).resources))
      return { kind: 'restore', resource: random.chance(0.5) ? resource : null, givesUpMs: givesUp(random) }
    },
  ],
  [1.5, (random) => ({ kind: 'destroy', givesUpMs: givesUp(random) })],
  [3, (random) => steering(random)],
  [1.5, (random) => ({ kind: 'setTtl', ttlMs: random.pick([null, 1, MINUTE, 30 * MINUTE]) })],
  [
    1,
    (random) => ({
      kind: 'importState',
      file: {
        age: random.int(0, 3),
        spoilt: random.pick(['asExported', 'asExported', 'expired', 'noHistory', 'oneOperationBack'] as const),
      },
    }),
  ],
  [1.5, (random) => ({ kind: 'repeat', back: random.int(1, 3) })],
  [0.8, () => ({ kind: 'cancelOperation' })],
  [0.5, () => ({ kind: 'terminateOperation' })],
  [0.4, () => ({ kind: 'cancelLedger' })],
  [2, (random) => ({ kind: 'hostAway', host: random.pick(['one', 'two']), forMs: away(random) })],
  [2, (random) => ({ kind: 'workerAway', forMs: away(random) })],
  [1, (random) => ({ kind: 'stopByHand', nth: random.int(0, 5) })],
]

/**
 * In half of the scenarios people also restart and take snapshots, between the other commands and during them. By a generator of its
 * own: the other half is as it was before there were such commands.
 */
function withUpkeep(
  seed: number,
  before: readonly Command[],
  { topology, revisions }: { topology: string; revisions: Declaration[] },
): Command[] {
  const random = randomFor(seed, 'upkeep')
  const all = [...before]
  if (random.chance(0.5)) return all
  for (let left = random.int(1, 4); left > 0; left -= 1) {
    const does = random.weighted(UPKEEP, ([weight]) => weight)[1](random, { topology, revisions })
    const isMeanwhile = random.chance(0.1)
    const command = {
      ...{ when: isMeanwhile ? ('now' as const) : ('idle' as const), does },
      gapMs: random.pick(isMeanwhile ? SHORT : LONG),
    }
    const befalls = random.chance(0.4)
      ? [{ when: 'now' as const, gapMs: random.pick(SHORT), does: meanwhile(random) }]
      : []
    all.splice(random.int(1, all.length), 0, command, ...befalls)
  }
  return all
}

const UPKEEP: [number, (random: Random, about: { topology: string; revisions: Declaration[] }) => Deed][] = [
  [
    3,
    (random, about) => ({
      ...{ kind: 'restart', names: random.chance(0.5) ? [] : namesOf(random, about) },
      ...{ atOnce: random.pick([null, null, 1, 3]), givesUpMs: givesUp(random) },
    }),
  ],
  [
    3,
    (random, { revisions }) => ({
      ...{ kind: 'snapshot', name: random.pick(SNAPSHOTS), remove: random.chance(0.35) },
      resource: random.chance(0.35) ? random.pick(Object.keys(random.pick(revisions).resources)) : null,
      givesUpMs: givesUp(random),
    }),
  ],
]

/** Few, so that some are taken twice, and deleted. The last is refused. */
const SNAPSHOTS = ['nightly', 'nightly', 'before-upgrade', 'pre-deploy-1']

/** Resources and instances, some of which are not there. */
function namesOf(random: Random, { topology, revisions }: { topology: string; revisions: Declaration[] }): string[] {
  const resource = random.pick(Object.keys(random.pick(revisions).resources))
  const instance = `${topology}-${incusName(resource)}-${random.int(1, 3)}`
  return random.weighted([[resource], [instance], [resource, instance]], () => 1)
}

/** What befalls an operation that has just begun. */
const meanwhile = (random: Random): Deed =>
  random.weighted<() => Deed>(
    [
      () => steering(random),
      () => ({ kind: 'workerAway', forMs: away(random) }),
      () => ({ kind: 'hostAway', host: random.pick(['one', 'two']), forMs: away(random) }),
      () => ({ kind: 'cancelOperation' }),
      () => ({ kind: 'terminateOperation' }),
    ],
    () => 1,
  )()

const steering = (random: Random): Deed => ({
  kind: 'steer',
  action: random.pick(['promote', 'promoteFull', 'abort', 'abort', 'pause', 'pause', 'resume'] as const),
  by: random.pick(['update', 'update', 'signal'] as const),
})

const deed = (random: Random, revisions: Declaration[]): Deed =>
  random.weighted(DEEDS, ([weight]) => weight)[1](random, revisions)

const givesUp = (random: Random): number | null => (random.chance(0.3) ? random.pick([5 * SECOND, 30 * SECOND]) : null)
const away = (random: Random): number => random.pick([10 * SECOND, MINUTE, 7 * MINUTE, 16 * MINUTE, 60 * MINUTE])

function bystanders(random: Random, topology: string): Bystander[] {
  const all: Bystander[] = [
    { host: 'one', name: 'mail', topology: null, resource: '' },
    { host: 'one', name: 'other-web-1', topology: 'other', resource: 'web' },
    // A copy that somebody made: our labels, but not a name of ours.
    { host: 'one', name: 'copy-of-web', topology, resource: 'web' },
    // Just where one of ours would be.
    { host: 'one', name: `${topology}-web-4`, topology: null, resource: '' },
  ]
  return all.filter((_, i) => random.chance(i === 3 ? 0.05 : 0.4))
}
