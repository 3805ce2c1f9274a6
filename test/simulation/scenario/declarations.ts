import { STRATEGIES } from '../../../src/strategies/registry.js'
import type { Random } from '../random.js'
import type { Declaration } from './model.js'

interface ResourceDeclaration {
  image: string
  on: string[]
  replicas?: number
  stateful?: boolean
  dependsOn?: string[]
  network?: { expose: { port: number; as: number }[] }
  environment?: Record<string, string>
  deploy?: { release: string; version: string }
}

/** A topology of one to three resources on one or two hosts, with any strategy. */
export function declaration(random: Random, name: string): Declaration {
  const hosts = random.chance(0.7) ? ['one'] : ['one', 'two']
  const count = random.weighted([1, 2, 3], (n) => [5, 4, 1][n - 1]!)
  const names = ['web', 'my_db', 'api'].slice(0, count)
  const resources: Record<string, ResourceDeclaration> = {}
  for (const each of names) resources[each] = resource(random, each, hosts, Object.keys(resources))
  return {
    name,
    hosts: Object.fromEntries(hosts.map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
    resources,
    strategy: strategy(random),
    ...(random.chance(0.15) ? { ttl: random.pick(['10m', '2h']) } : {}),
  }
}

/** A later revision: one or two things of an earlier one are different. */
export function nextDeclaration(random: Random, before: Declaration, number: number): Declaration {
  const next = structuredClone(before) as Declaration & { resources: Record<string, ResourceDeclaration> }
  const changes = random.chance(0.7) ? 1 : 2
  for (let i = 0; i < changes; i += 1) {
    const { change } = random.weighted(CHANGES, ({ weight }) => weight)
    change(random, next, number)
  }
  return next
}

function resource(random: Random, name: string, hosts: string[], earlier: string[]): ResourceDeclaration {
  const stateful = random.chance(name === 'my_db' ? 0.8 : 0.1)
  const replicas = random.weighted([undefined, 1, 2, 3, 4], (n) => (n === undefined ? 3 : [1, 5, 3, 1][n - 1]!))
  const isExposed = random.chance(name === 'my_db' ? 0.2 : 0.85)
  return {
    image: 'cul8er/tiny',
    on: random.chance(0.8) ? hosts : [random.pick(hosts)],
    ...(replicas === undefined ? {} : { replicas }),
    ...(stateful ? { stateful } : {}),
    ...(earlier.length > 0 && random.chance(0.4) ? { dependsOn: [random.pick(earlier)] } : {}),
    ...(isExposed ? { network: { expose: [{ port: 4000, as: 8080 + earlier.length }] } } : {}),
    ...(random.chance(0.9) ? { deploy: { release: incusName(name), version: '1' } } : {}),
  }
}

/** A resource as instances are called after it. */
export const incusName = (name: string): string => name.replace('_', '-')

type Next = Declaration & { resources: Record<string, ResourceDeclaration> }
const CHANGES: { weight: number; change: (random: Random, next: Next, number: number) => void }[] = [
  {
    weight: 10,
    change: (random, { resources }, number) => {
      const released = Object.values(resources).filter(({ deploy }) => deploy !== undefined)
      for (const { deploy } of released.length > 0 && random.chance(0.5) ? released : released.slice(0, 1))
        deploy!.version = String(number + 1)
    },
  },
  {
    weight: 3,
    change: (random, { resources }, number) => {
      random.pick(Object.values(resources)).image = `cul8er/tiny-${number}`
    },
  },
  {
    weight: 3,
    change: (random, { resources }) => {
      const one = random.pick(Object.values(resources))
      one.replicas = random.pick([undefined, 1, 2, 3, 4])
      if (one.replicas === undefined) delete one.replicas
    },
  },
  {
    // A rename, also to a name that Incus cannot tell from the old one.
    weight: 2,
    change: (random, next) => {
      const [name, declared] = random.pick(Object.entries(next.resources))
      const renamed = name === 'my_db' ? 'my-db' : name === 'web' ? 'web-1' : `${name}-x`
      if (renamed in next.resources) return
      next.resources = Object.fromEntries(
        Object.entries(next.resources).map(([key, each]) => [
          key === name ? renamed : key,
          {
            ...each,
            ...(each.dependsOn === undefined
              ? {}
              : { dependsOn: each.dependsOn.map((d) => (d === name ? renamed : d)) }),
          },
        ]),
      )
      void declared
    },
  },
  {
    weight: 1,
    change: (random, next) => {
      const name = random.pick(Object.keys(next.resources))
      if (Object.keys(next.resources).length === 1) return
      delete next.resources[name]
      for (const each of Object.values(next.resources)) {
        each.dependsOn = each.dependsOn?.filter((d) => d !== name)
        if (each.dependsOn?.length === 0) delete each.dependsOn
      }
    },
  },
  {
    weight: 1,
    change: (random, next) => {
      if ('jobs' in next.resources) return
      const ports = Object.keys(next.resources).length
      next.resources.jobs = { ...resource(random, 'jobs', Object.keys(next.hosts), []), network: undefined }
      if (random.chance(0.5)) next.resources.jobs.network = { expose: [{ port: 4000, as: 8180 + ports }] }
      else delete next.resources.jobs.network
    },
  },
  {
    weight: 1,
    change: (random, { resources }, number) => {
      random.pick(Object.values(resources)).environment = { GREETING: `hello ${number}` }
    },
  },
  {
    weight: 2,
    change: (random, next) => {
      next.strategy = strategy(random)
    },
  },
]

function strategy(random: Random): Record<string, unknown> {
  const approach = random.weighted(APPROACHES, () => 1)
  const pause = (): string => random.pick(['30s', '5m', '25m'])
  return {
    approach,
    maxParallel: random.pick([1, 1, 2, 4]),
    drain: random.pick(['0s', '5s', '30s']),
    ...(approach === 'blueGreen' ? { keep: random.pick(['0s', '10s', '10m']) } : {}),
    ...(approach === 'canary' ? { steps: canarySteps(random, pause), ...canaries(random) } : {}),
    ...(random.chance(0.2) ? { bake: random.pick(['20s', '5m', '15m']) } : {}),
    healthcheck: {
      ...{ endpoint: 'http://localhost:4000/health', interval: '1s', timeout: '2s', retries: 2 },
      ...{ minHealthyTime: '5s', deadline: random.pick(['20s', '2m']) },
    },
    rollback: {
      onFailure: random.chance(0.25) ? 'hold' : 'automatic',
      snapshot: random.weighted(['auto', 'always', 'never'], (s) => (s === 'auto' ? 4 : 1)),
      keepSnapshots: random.pick([0, 1, 3]),
    },
  }
}

const APPROACHES = STRATEGIES.map(({ name }) => name)

const canaries = (random: Random): object =>
  random.chance(0.4) ? { instances: random.pick([1, 2, 'share', 'share']) } : {}

const canarySteps = (random: Random, pause: () => string): object[] =>
  random.chance(0.3)
    ? [{ weight: 10, pause: 'manual' }]
    : [{ weight: 10, pause: pause() }, ...(random.chance(0.5) ? [{ weight: 50, pause: pause() }] : [])]
