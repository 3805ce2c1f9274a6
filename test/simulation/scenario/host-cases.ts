import { emptyScenario } from './empty.js'
import { inside, webOf } from './found.js'
import type { Command, Declaration, Deed, Scenario } from './model.js'

/* Hosts that die, return and split: for mutations, and what is known to go wrong. */

const MINUTE = 60_000

const HEALTH = { endpoint: 'http://localhost:4000/health', minHealthyTime: '5s', deadline: '20s' }

const HOSTS = ['one', 'two', 'three']

const declared = (resources: Declaration['resources'], more: object = {}): Declaration => ({
  name: 'shop',
  hosts: Object.fromEntries(HOSTS.map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
  resources,
  strategy: { approach: 'rolling', healthcheck: HEALTH },
  ...more,
})

const FAILOVER = { failover: { after: '20s' } }

/** Holds data, and may be on the first host. */
const dbOf = (more: object = {}): object => ({ ...inside('db'), replicas: 1, stateful: true, ...more })
const COPIED = { replicate: { to: 'three', every: '1m', keep: 1 } }

const soon = (does: Deed, gapMs = 2 * MINUTE): Command => ({ when: 'idle', gapMs, does })
const deploy = soon({ kind: 'deploy', revision: 0, force: false, givesUpMs: null }, 0)
const out = (host: string, how: 'power' | 'network', forMs: number): Command =>
  soon({ kind: 'hostOut', host, how, forMs, times: 1 })
const restoreCopy = soon({ kind: 'restoreCopy', host: 'three', force: true, givesUpMs: null })

const scenario = (revision: Declaration, commands: Command[]): Scenario => ({
  ...emptyScenario(revision),
  settlesMs: 60 * MINUTE,
  commands: [deploy, ...commands],
})

/** A person says that a host is off, and it comes back. */
export const originalReturns: Scenario = scenario(declared({ db: dbOf(COPIED) }), [
  out('one', 'network', 10 * MINUTE),
  restoreCopy,
])

/** A copy takes the place of an instance that its host starts with itself; then that host is restarted. */
export const originalRebooted: Scenario = scenario(
  declared({ db: dbOf({ ...COPIED, config: { 'boot.autostart': 'true' } }) }),
  [restoreCopy, out('one', 'power', MINUTE)],
)

/** A copy becomes the live instance. */
export const copyRestored: Scenario = scenario(declared({ db: dbOf(COPIED) }), [restoreCopy])

/** It does, behind a network that breaks before anybody hears of it. */
export const copyCutOff: Scenario = {
  ...copyRestored,
  commands: [
    ...copyRestored.commands,
    {
      when: 'now',
      gapMs: 5_000,
      does: { kind: 'hostOut', host: 'three', how: 'network', forMs: 10 * MINUTE, times: 1 },
    },
  ],
}

/** What writes all the time moves. */
export const drained: Scenario = scenario(declared({ db: dbOf({ on: ['one', 'two'] }) }), [
  soon({ kind: 'drain', host: 'one', force: false, givesUpMs: null }),
])

/** The host of what holds data is behind a broken network. */
export const dataCutOff: Scenario = scenario(declared({ db: dbOf({ on: ['one', 'two'] }) }, FAILOVER), [
  out('one', 'network', 20 * MINUTE),
])

/** What was started elsewhere is still there when its host is back. */
export const staleReplicas: Scenario = scenario(declared({ web: { ...webOf('web'), on: HOSTS } }, FAILOVER), [
  out('one', 'network', 5 * MINUTE),
])

/** A host comes back without what it had. */
export const notStarted: Scenario = scenario(
  declared({ web: { ...webOf('web'), config: { 'boot.autostart': 'false' } } }),
  [out('one', 'power', MINUTE), soon({ kind: 'deploy', revision: 0, force: false, givesUpMs: null })],
)

const version = (number: string): Declaration =>
  declared(
    { web: { ...webOf('web'), on: HOSTS, replicas: 1, deploy: { release: 'web', version: number } } },
    { ...FAILOVER, strategy: { approach: 'blueGreen', keep: '3h', healthcheck: HEALTH } },
  )

/** A new version serves, the one before is kept, and the host of both loses its power for a while. */
export const standbyLost: Scenario = {
  ...scenario(version('1'), []),
  revisions: ['1', '2'].map(version),
  commands: [
    deploy,
    soon({ kind: 'deploy', revision: 1, force: false, givesUpMs: null }),
    out('one', 'power', 5 * MINUTE),
  ],
}

/** What goes wrong and is not mended yet: each with the invariant that notices it, and the reason. */
export const KNOWN: readonly { what: string; invariant: string; why: string; scenario: Scenario }[] = []
