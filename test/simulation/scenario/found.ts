import { emptyScenario } from './empty.js'
import { copyCutOff } from './host-cases.js'
import type { Declaration, Scenario } from './model.js'

/** What simulations found once and made small, kept as data: a change of the generator does not change it. */
export const FOUND: readonly { what: string; scenario: Scenario }[] = [
  {
    what: 'the undo of a restore from a copy started the original while the copy ran on behind a broken network',
    scenario: copyCutOff,
  },
  {
    what: 'an undone rename takes the public ports back to the instances that served before',
    scenario: {
      ...emptyScenario(shop({ web: webOf('web') }, { approach: 'rolling' })),
      revisions: [
        shop({ web: webOf('web') }, { approach: 'rolling' }),
        shop({ site: webOf('site') }, { approach: 'rolling' }),
      ],
      // Once the first of them serves.
      apps: { 'site@1': { kind: 'breaksLater', afterMs: 8_000 } },
      commands: deploys(0, 1),
    },
  },
  {
    what: 'a canary by share leaves with the instance of its place, also when that is replaced',
    scenario: {
      ...emptyScenario(shop({ web: webOf('web') }, { approach: 'rolling' })),
      revisions: ['cul8er/tiny', 'cul8er/other'].map((image) =>
        shop(
          { web: { ...webOf('web'), image } },
          { approach: 'canary', instances: 'share', steps: [{ weight: 10, pause: '30s' }] },
        ),
      ),
      commands: deploys(0, 1),
    },
  },
  {
    what: 'ports that a lost first deploy opened are closed by the one that does without them',
    scenario: {
      ...emptyScenario(shop({ web: webOf('web') }, { approach: 'rolling' })),
      revisions: [
        shop({ web: webOf('web'), job: inside('job') }, { approach: 'rolling' }),
        shop({ job: inside('job') }, { approach: 'rolling' }),
      ],
      commands: [
        ...deploys(0),
        // The first instances of web serve by then.
        { when: 'now', gapMs: 25_000, does: { kind: 'terminateOperation' } },
        ...deploys(1),
      ],
    },
  },
  {
    what: 'an abort that comes with the end of one slice has not touched what the next one is about',
    scenario: {
      ...emptyScenario(shop({ web: { ...webOf('web'), replicas: 4 } }, { approach: 'rolling', maxParallel: 2 })),
      seed: 5,
      narrow: true,
      // In the task in which the operation hears of that end.
      commands: [...deploys(0), { when: 'now', gapMs: 18_905, does: { kind: 'steer', action: 'abort', by: 'update' } }],
    },
  },
  {
    what: 'a restore that is aborted leaves the snapshot that was wanted',
    scenario: {
      ...emptyScenario(),
      revisions: ['1', '2'].map((version) =>
        shop(
          { web: { ...webOf('web'), replicas: 1, deploy: { release: 'web', version } } },
          { approach: 'rolling', rollback: { keepSnapshots: 1 } },
        ),
      ),
      commands: [
        ...deploys(0, 1),
        { when: 'idle', gapMs: 60_000, does: { kind: 'restore', resource: null, givesUpMs: null } },
        { when: 'now', gapMs: 8_000, does: { kind: 'steer', action: 'abort', by: 'update' } },
      ],
    },
  },
  ...[false, true].map((narrow) => ({
    what: `a standby that made room for a set which did not come up is named${narrow ? ', in slices' : ''}`,
    scenario: {
      ...emptyScenario(),
      revisions: ['1', '2', '3'].map((version) =>
        shop({ web: { ...webOf('web'), deploy: { release: 'web', version } } }, { approach: 'blueGreen', keep: '3h' }),
      ),
      apps: { 'web@3': { kind: 'breaksAtStart' as const } },
      commands: deploys(0, 1, 2),
      narrow,
    },
  })),
  {
    what: 'an instance of a resource that is declared no more is not restored halfway',
    scenario: {
      ...emptyScenario(),
      revisions: ['web', 'site'].map((name) =>
        shop({ [name]: { ...webOf('web'), replicas: 1 } }, { approach: 'recreate', rollback: { onFailure: 'hold' } }),
      ),
      apps: { 'web@1': { kind: 'breaksAtStart' } },
      commands: [
        // The second one finds an instance of the first, and takes the snapshot.
        ...deploys(0, 0, 1),
        { when: 'idle', gapMs: 60_000, does: { kind: 'restore', resource: null, givesUpMs: null } },
      ],
    },
  },
  {
    what: 'an app that a lost operation had stopped runs again after the next one',
    scenario: {
      ...emptyScenario(),
      revisions: ['1', '2'].map((version) =>
        shop({ web: { ...webOf('web'), deploy: { release: 'web', version } } }, { approach: 'recreate' }),
      ),
      commands: [
        ...deploys(0, 1),
        // Both apps are stopped by then, and nothing is changed.
        { when: 'now', gapMs: 4_100, does: { kind: 'terminateOperation' } },
        ...deploys(0),
      ],
    },
  },
  {
    what: 'an abort that comes when an instance was restarted leaves the next one alone',
    scenario: {
      ...emptyScenario(),
      seed: 1452,
      revisions: [
        shop(
          {
            web: { ...webOf('web'), on: ['one', 'two'], replicas: 3 },
            my_db: { ...inside('my-db'), on: ['one', 'two'], replicas: 4, stateful: true },
          },
          { approach: 'rolling', maxParallel: 4, drain: '5s', rollback: { snapshot: 'never' } },
          ['one', 'two'],
        ),
      ],
      commands: [
        ...deploys(0).map((command) => ({ ...command, gapMs: 0 })),
        { when: 'idle', gapMs: 60_000, does: { kind: 'restart', names: ['web'], atOnce: 1, givesUpMs: null } },
        { when: 'now', gapMs: 12_200, does: { kind: 'steer', action: 'abort', by: 'signal' } },
      ],
    },
  },
  {
    what: 'a resource that is renamed takes its requests while another one changes',
    scenario: {
      ...emptyScenario(),
      revisions: [
        shop({ api: apiOf('1'), web: webOf('web') }, { approach: 'rolling' }),
        shop({ api: apiOf('2'), site: webOf('site') }, { approach: 'rolling' }),
      ],
      commands: deploys(0, 1).map((command) => ({ ...command, gapMs: 120_000 })),
    },
  },
]

export function shop(resources: Declaration['resources'], strategy: object, hosts = ['one']): Declaration {
  const healthcheck = { endpoint: 'http://localhost:4000/health', minHealthyTime: '5s', deadline: '20s' }
  return {
    name: 'shop',
    hosts: Object.fromEntries(hosts.map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
    resources,
    strategy: { ...strategy, healthcheck },
  }
}

export function webOf(release: string): object {
  return {
    image: 'cul8er/tiny',
    on: ['one'],
    replicas: 2,
    network: { expose: [{ port: 4000, as: 8080 }] },
    deploy: { release, version: '1' },
  }
}

/** Nothing of it is reached from outside. */
export function inside(release: string): object {
  return { ...webOf(release), network: {} }
}

export function apiOf(version: string): object {
  return {
    ...webOf('api'),
    network: { expose: [{ port: 4000, as: 8181 }] },
    deploy: { release: 'api', version },
  }
}

function deploys(...revisions: number[]): Scenario['commands'] {
  return revisions.map((revision) => ({
    when: 'idle',
    gapMs: 60_000,
    does: { kind: 'deploy', revision, force: false, givesUpMs: null },
  }))
}
