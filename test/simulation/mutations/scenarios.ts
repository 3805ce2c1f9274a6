import { emptyScenario } from '../scenario/empty.js'
import { apiOf, inside, shop, webOf } from '../scenario/found.js'
import type { Command, Deed, Scenario } from '../scenario/model.js'

/* What a mutation needs that no seed brings about, or hardly any. Where nothing is taken out they violate nothing. */

const version = (release: string, number: string): object => ({ deploy: { release, version: number } })

/** Late enough for what was before it to have ended. */
const then = (does: Deed): Command => ({ when: 'idle', gapMs: 1_200_000, does })

const deploy = (revision: number, force = false): Command => then({ kind: 'deploy', revision, force, givesUpMs: null })
const forced = (revision: number): Command => deploy(revision, true)

/** A ledger is terminated and its successor counts from 1 again; both have an operation 2, and the later one is undone. */
export const twoOperations2: Scenario = {
  ...emptyScenario(),
  revisions: ['1', '2', '3'].map((number) =>
    shop({ web: { ...webOf('web'), ...version('web', number) } }, { approach: 'rolling' }),
  ),
  apps: { 'web@3': { kind: 'breaksAtStart' } },
  commands: [deploy(0), deploy(1), then({ kind: 'terminateLedger' }), forced(0), deploy(2)],
}

/** What a held operation put aside holds the data; its replacement never came up. */
export const heldReplacement: Scenario = {
  ...emptyScenario(),
  revisions: ['1', '2'].map((number) =>
    shop(
      {
        db: { ...inside('db'), ...version('db', number), replicas: 1, stateful: true, image: `cul8er/tiny-${number}` },
      },
      { approach: 'rolling', rollback: { onFailure: 'hold' } },
    ),
  ),
  apps: { 'db@2': { kind: 'breaksAtStart' } },
  commands: [deploy(0), forced(1), then({ kind: 'rollback', to: null, force: false, givesUpMs: null })],
}

/** An operation is terminated while its canary takes requests; then the next version is tried. */
export const lostCanary: Scenario = {
  ...emptyScenario(),
  revisions: ['1', '2', '3'].map((number) =>
    shop(
      { web: { ...webOf('web'), ...version('web', number) } },
      { approach: 'canary', steps: [{ weight: 10, pause: '30s' }] },
    ),
  ),
  commands: [
    ...[deploy(0), deploy(1)],
    { when: 'now', gapMs: 20_000, does: { kind: 'terminateOperation' } },
    deploy(2),
  ],
}

/** An operation is terminated while a slice of it removes the old set, and drains for a minute; the next one begins at once. */
export const lostRemoval: Scenario = {
  ...emptyScenario(),
  narrow: true,
  revisions: ['1', '2', '3'].map((number) =>
    shop(
      { web: { ...webOf('web'), ...version('web', number), replicas: 3 } },
      { approach: 'blueGreen', keep: '0s', drain: '60s' },
    ),
  ),
  commands: [
    ...[deploy(0), deploy(1)],
    { when: 'now', gapMs: 70_000, does: { kind: 'terminateOperation' } },
    { ...deploy(2), when: 'now', gapMs: 8_000 },
  ],
}

/** An undo comes to nothing because the host is away, and leaves an instance dirty; then another resource is restored. */
export const restoreBesideDirty: Scenario = {
  ...emptyScenario(),
  revisions: [
    ['1', '1'],
    ['2', '1'],
    ['2', '2'],
  ].map(([api = '', web = '']) =>
    shop(
      { api: apiOf(api), web: { ...webOf('web'), ...version('web', web) } },
      { approach: 'rolling', maxParallel: 1, drain: '0s' },
    ),
  ),
  apps: { 'web@2': { kind: 'breaksAtStart' } },
  commands: [
    ...[deploy(0), deploy(1), deploy(2)],
    { when: 'now', gapMs: 12_000, does: { kind: 'hostAway', host: 'one', forMs: 600_000 } },
    then({ kind: 'restore', resource: 'api', givesUpMs: null }),
  ],
}

/** A snapshot of all, and then it is deleted of one resource. */
export const snapshotOfOneDeleted: Scenario = {
  ...emptyScenario(),
  revisions: [shop({ api: apiOf('1'), web: webOf('web') }, { approach: 'rolling' })],
  commands: [
    deploy(0),
    ...[null, 'web'].map((resource) =>
      then({ kind: 'snapshot', name: 'nightly', resource, remove: resource !== null, givesUpMs: null }),
    ),
  ],
}

/** A restart is aborted while its first instance, which was just started again, is waited for. */
export const abortedRestart: Scenario = {
  ...emptyScenario(),
  revisions: [shop({ web: webOf('web') }, { approach: 'rolling' })],
  commands: [
    deploy(0),
    then({ kind: 'restart', names: [], atOnce: null, givesUpMs: null }),
    { when: 'now', gapMs: 4_000, does: { kind: 'steer', action: 'abort', by: 'update' } },
  ],
}

/** The third revision was never stable: a rollback from the fourth goes to the second. */
export const rollbackOverFailure: Scenario = {
  ...emptyScenario(),
  revisions: ['1', '2', '3', '4'].map((number) =>
    shop({ web: { ...webOf('web'), ...version('web', number) } }, { approach: 'rolling' }),
  ),
  apps: { 'web@3': { kind: 'breaksAtStart' } },
  commands: [
    ...[0, 1, 2, 3].map((revision) => deploy(revision)),
    then({ kind: 'rollback', to: null, force: false, givesUpMs: null }),
  ],
}

/** The host is away for as long as an undo tries to put a snapshot back, and comes back when snapshots are pruned: a moment later. */
export const undoWithoutHost: Scenario = {
  ...emptyScenario(),
  revisions: ['1', '2'].map((number) =>
    shop(
      { web: { ...webOf('web'), ...version('web', number), replicas: 1 } },
      { approach: 'rolling', drain: '0s', rollback: { snapshot: 'always', keepSnapshots: 0 } },
    ),
  ),
  apps: { 'web@2': { kind: 'breaksAtStart' } },
  commands: [
    ...[deploy(0), deploy(1)],
    { when: 'now', gapMs: 12_000, does: { kind: 'hostAway', host: 'one', forMs: 249_800 } },
  ],
}
