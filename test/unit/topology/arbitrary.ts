import fc from 'fast-check'
import { NOTICE_WORDS } from '../../../src/notifiers/words.js'

/** Optional keys, each there or not. */
const some = <Shape extends object>(shape: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }) =>
  fc.record(shape, { requiredKeys: [] })

const text = fc.string({ unit: fc.constantFrom(...'abz09_/.:{}'), minLength: 1, maxLength: 12 }).map((end) => `x${end}`)
const anyText = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((each) => !each.includes('\0'))
const duration = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom('ms', 's', 'm', 'h'))
  .map(([count, unit]) => `${count}${unit}`)
const pause = fc.oneof(duration, fc.constant('manual'), fc.constant('0s'))
const size = fc
  .tuple(fc.integer({ min: 1, max: 4_000 }), fc.constantFrom('MiB', 'GiB', 'TiB', 'GB'))
  .map(([count, unit]) => `${count}${unit}`)
const command = fc.array(anyText, { minLength: 1, maxLength: 3 })
const secret = fc
  .tuple(fc.constantFrom('system', 'file', 'command', 'vault'), text)
  .map(([from, key]) => ({ secret: { from, key } }) as const)
const outcomes = fc.uniqueArray(fc.constantFrom(...NOTICE_WORDS), { minLength: 1 })
const program = fc.constantFrom('/bin/x', 'x')
const hooks = (more: fc.Arbitrary<object>) =>
  fc.array(
    fc.oneof(
      fc.constantFrom('x', '/bin/x --all a=b'),
      program.map((each) => [each, '-c', 'a | b']),
      fc.tuple(program, more).map(([each, rest]) => ({ command: [each], timeout: '20m', ...rest })),
    ),
    { minLength: 1, maxLength: 3 },
  )
const notifier = fc
  .tuple(
    fc.oneof(
      fc.record({ webhook: fc.oneof(fc.constantFrom('https://a.example/x?y', 'http://localhost:1/'), secret) }),
      fc.record({ command }),
    ),
    some({ on: outcomes }),
  )
  .map(([to, rest]) => ({ ...to, ...rest }))
const environment = fc.dictionary(
  fc.string({ unit: fc.constantFrom(...'ABZ_09'), maxLength: 6 }).map((end) => `V${end}`),
  fc.oneof(anyText, fc.integer(), fc.boolean(), secret),
  { maxKeys: 4 },
)

/** Times that cannot rule each other out: the deadline is longer than any of the others. */
const healthcheck = fc
  .tuple(
    fc.oneof(
      fc.record({ command }),
      fc.record({ endpoint: fc.constantFrom('http://localhost:4000/up?x=1', 'https://127.0.0.1/') }),
      fc.record({ endpoint: fc.constantFrom('tcp://localhost:5432', 'grpcs://localhost:1/a.B') }),
      fc.record({ endpoint: fc.constant('http://localhost'), expectedStatus: fc.integer({ min: 100, max: 599 }) }),
    ),
    some({ interval: duration, timeout: duration, retries: fc.nat(9), minHealthyTime: duration }),
  )
  .map(([probe, times]) => ({ ...probe, ...times, deadline: '41h' }))

const analysis = some({
  maxErrorRatePercent: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constant(false as const)),
  maxLatencyP95: duration,
  compare: fc.constantFrom('stable' as const, false as const),
  maxSlowdownPercent: fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constant(false as const)),
  command,
  metric: fc.record({ url: fc.constant('http://m/x'), path: text, max: fc.integer() }),
  minRequests: fc.nat(1_000),
  interval: duration,
})

const strategy = some({
  approach: fc.constantFrom('rolling' as const, 'blueGreen' as const, 'canary' as const),
  batchSize: fc.integer({ min: 1, max: 9 }),
  steps: fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 }).chain((weights) =>
    fc.tuple(
      ...weights
        .sort((left, right) => left - right)
        .map((weight) =>
          fc.oneof(
            fc.constant(weight),
            some({ pause, analysis }).map((step) => ({ ...step, weight })),
          ),
        ),
    ),
  ),
  analysis,
  keep: duration,
  drain: duration,
  healthcheck,
  rollback: some({
    onFailure: fc.constantFrom('automatic' as const, 'hold' as const),
    snapshot: fc.constantFrom(true, false, 'auto' as const, 'always' as const, 'never' as const),
    keepSnapshots: fc.nat(9),
  }),
})

const HOSTS = {
  here: {
    ...{ address: 'localhost', platform: 'debian' },
    ...{ labels: { disk: 'ssd', rack: 1 }, site: 'home', region: 'eu' },
    ...{ reserve: { cpu: 0.5, memory: '1GiB' }, overcommit: { cpu: 4 } },
  },
  far: { address: 'deploy@10.0.0.1:2222', platform: 'ubuntu', credentials: { ssh: { key: '~/.ssh/id' } } },
  remote: { address: 'https://10.0.0.2:8443', platform: 'icusos', credentials: {} },
} as const
const on = fc.option(
  fc.oneof(fc.constantFrom('here', 'far'), fc.shuffledSubarray(['here', 'far', 'remote'], { minLength: 1 })),
  { nil: undefined },
)

const rule = (index: number) =>
  fc.oneof(
    fc.constant(`r${index}`),
    fc
      .tuple(
        fc.constant(`r${index}`),
        some({ within: fc.constantFrom('host', 'site', 'region'), required: fc.boolean() }),
      )
      .map(([to, rest]) => ({ to, ...rest })),
  )
const placement = (index: number) =>
  some({
    strategy: fc.constantFrom('spread' as const, 'pack' as const),
    require: some({ architecture: fc.constant('x86_64') }),
    prefer: some({ labels: fc.constant({ disk: 'ssd' }), site: fc.constant('home'), region: fc.constant('eu') }),
    antiAffinity: fc.oneof(fc.constant(`r${index}`), fc.array(rule(index), { maxLength: 1 })),
    priority: fc.nat(100),
  })

const resource = (index: number) =>
  fc
    .tuple(
      fc.record({ image: text }),
      some({
        type: fc.constantFrom('container' as const, 'vm' as const),
        replicas: fc.integer({ min: 1, max: 5 }),
        limits: some({ cpu: fc.integer({ min: 1, max: 64 }), memory: size, disk: size }),
        stateful: fc.boolean(),
        placement: placement(index),
        environment,
        devices: fc.dictionary(
          fc.constantFrom('data', 'eth1'),
          fc.record({ type: fc.constant('disk'), size: fc.oneof(text, fc.integer(), fc.boolean()) }),
        ),
        deploy: fc
          .tuple(
            fc.record({ release: fc.constant('my_app'), version: fc.constantFrom('1.0.0', '2.0.0-rc.1+b') }),
            some({ artifact: text, start: command, stop: fc.constant('bin/x stop') }),
          )
          .map(([release, rest]) => ({ ...release, ...rest })),
        healthcheck,
        network: some({
          expose: fc.constantFrom(
            [],
            [{ port: 1_000 + index }],
            [{ port: 80, as: 443, protocol: 'https' as const, host: `H${index}.example`, sticky: true }],
            [{ port: 5432, as: 6_000 + index, protocol: 'tcp' as const }],
          ),
        }),
      }),
      on,
      fc.nat(index),
    )
    .map(([required, rest, hosts, needed]) => ({
      ...required,
      ...rest,
      ...(hosts === undefined ? {} : { on: hosts }),
      ...(needed < index ? { dependsOn: [`r${needed}`] } : {}),
    }))

/** A declaration that is valid, with anything of the format in it. */
export const validDeclaration: fc.Arbitrary<Record<string, unknown>> = fc
  .integer({ min: 1, max: 3 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => resource(index))))
  .chain((resources) =>
    fc
      .tuple(
        some({
          project: fc.constant('team-1'),
          artifacts: fc.oneof(text, fc.array(text, { maxLength: 2 })),
          strategy,
          cluster: fc.record(
            {
              name: fc.constant('c'),
              nodes: fc.constant(['r0']),
              cookie: fc.oneof(text, secret),
              discovery: some({
                strategy: fc.constantFrom('epmd' as const, 'gossip' as const, 'dns' as const),
                options: fc.constantFrom({}, { port: 45_892 }),
              }),
            },
            { requiredKeys: ['name', 'nodes'] },
          ),
          observability: some({ metrics: fc.constant(['cluster_size']), events: fc.constant(['node_joined']) }),
          ttl: duration,
          notify: fc.array(notifier, { minLength: 1, maxLength: 3 }),
          hooks: some({ beforeDeploy: hooks(some({})), afterDeploy: hooks(some({ required: fc.boolean() })) }),
        }),
      )
      .map(([rest]) => ({
        name: 'shop',
        hosts: HOSTS,
        resources: Object.fromEntries(resources.map((each, index) => [`r${index}`, each])),
        ...rest,
      })),
  )

/** A valid declaration in which one value, anywhere, is another, or one key is misspelled or gone. */
export const mutatedDeclaration: fc.Arbitrary<unknown> = fc
  .tuple(
    validDeclaration,
    fc.nat(200),
    fc.anything({ withNullPrototype: true, withDate: true, withMap: true, withBigInt: true }),
    fc.nat(2),
  )
  .map(([declaration, place, value, way]) => {
    const copy = structuredClone(declaration) as unknown
    const spots = spotsIn(copy)
    const spot = spots[place % spots.length]
    if (spot === undefined) return value
    if (way === 0) delete spot.holder[spot.key]
    else if (way === 1) spot.holder[spot.key] = value
    else spot.holder[`${spot.key}x`] = spot.holder[spot.key]
    return copy
  })

interface Spot {
  holder: Record<string, unknown>
  key: string
}

function spotsIn(value: unknown): Spot[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...spotsIn(holder[key])])
}
