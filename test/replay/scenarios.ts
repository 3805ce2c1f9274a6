import type { Outcome } from '../../src/contracts/index.js'
import type { StrategyName } from '../../src/strategies/registry.js'
import { deploy, ended, finish, ledgerUntil, start, until, type Stage } from './stage.js'

/** Runs until the operation that is to be recorded has ended, and names its workflow and how it shall have ended. */
export type Scenario = (stage: Stage) => Promise<{ workflowId: string; outcome: Outcome | null }>

/** 1.0.0 and 1.1.0 are good, 2.0.0 never gets healthy. */
export const RELEASES = { '1.0.0': {}, '1.1.0': {}, '2.0.0': { health: 'never' } }

const DENIED = { error: 'not authorized' }

/** More than one history takes. */
const WIDE = { replicas: 121, network: undefined, deploy: undefined, environment: {}, healthcheck: undefined }
/** Long enough to be told to stop. */
const PATIENT = { endpoint: 'http://localhost:4000/health', interval: '50ms', timeout: '500ms', deadline: '20s' }

/** One that succeeds, and one that fails. */
const GOOD = ['true']
const BAD = ['sh', '-c', 'exit 3']

/** A version with hooks in place of one without. */
const hooked =
  (hooks: unknown, outcome: Outcome): Scenario =>
  async (stage) => {
    await deploy(stage, '1.0.0', {})
    return ended(outcome, await start(stage, '1.1.0', {}, {}, hooks), stage)
  }

/** A version in place of the good one before. */
const updated =
  (strategy: Record<string, unknown>, version: string, outcome: Outcome): Scenario =>
  async (stage) => {
    await deploy(stage, '1.0.0', strategy)
    return ended(outcome, await start(stage, version, strategy), stage)
  }

const outcomes = (approach: StrategyName): Record<string, Scenario> => ({
  [`${approach}-first`]: async (stage) => ended('succeeded', await start(stage, '1.0.0', { approach }), stage),
  [`${approach}-succeeded`]: updated({ approach }, '1.1.0', 'succeeded'),
  [`${approach}-rolledBack`]: updated({ approach }, '2.0.0', 'rolledBack'),
  [`${approach}-held`]: updated({ approach, rollback: { onFailure: 'hold' } }, '2.0.0', 'held'),
  [`${approach}-aborted`]: async (stage) => {
    await deploy(stage, '1.0.0', { approach })
    const run = await start(stage, '2.0.0', { approach, healthcheck: PATIENT })
    await until(stage, run, (step) => step.startsWith('wait until healthy'))
    await stage.rig.steer(run, 'abort')
    return ended('rolledBack', run, stage)
  },
  [`${approach}-needsAttention`]: async (stage) => {
    await deploy(stage, '1.0.0', { approach })
    for (const verb of ['cul8er-install', 'snapshot restore', 'delete']) {
      stage.rig.emulator.fault({ match: { host: stage.name, verb }, fault: DENIED, times: 'always' })
    }
    return ended('needsAttention', await start(stage, '1.1.0', { approach }), stage)
  },
})

export const SCENARIOS: Record<string, Scenario> = {
  ...outcomes('rolling'),
  ...outcomes('blueGreen'),
  ...outcomes('canary'),
  ...outcomes('recreate'),
  'hooks-succeeded': hooked(
    { beforeDeploy: [GOOD], afterDeploy: [BAD, { command: GOOD, required: true }, GOOD] },
    'succeeded',
  ),
  'hooks-failed': hooked({ beforeDeploy: [GOOD, BAD] }, 'failed'),
  'hooks-rolledBack': hooked({ afterDeploy: [{ command: BAD, required: true }] }, 'rolledBack'),
  'hooks-destroy': async (stage) => {
    await finish(stage, await start(stage, '1.0.0', {}, {}, { beforeDestroy: [BAD], afterDestroy: [GOOD] }))
    return ended('succeeded', await stage.rig.start(stage.name, { kind: 'destroy', force: true }), stage)
  },
  'rolling-baked': updated({ approach: 'rolling', bake: '1s' }, '1.1.0', 'succeeded'),
  'rolling-drift': async (stage) => {
    await deploy(stage, '1.0.0', {})
    await stage.rig.emulator.execute(stage.name, ['stop', '--force', `${stage.name}-web-1`])
    await stage.rig.emulator.execute(stage.name, ['config', 'set', `${stage.name}-web-2`, 'limits.memory=1GiB'])
    return ended('succeeded', await start(stage, '1.0.0', {}), stage)
  },
  'rolling-replaced': async (stage) => {
    await deploy(stage, '1.0.0', {})
    return ended('succeeded', await start(stage, '1.0.0', {}, { type: 'container', image: 'cul8er/debian' }), stage)
  },
  'blueGreen-back': async (stage) => {
    const strategy = { approach: 'blueGreen', keep: '10m' }
    await deploy(stage, '1.0.0', strategy)
    await deploy(stage, '1.1.0', strategy)
    return ended('succeeded', await stage.rig.start(stage.name, { kind: 'rollback' }), stage)
  },
  'canary-promoted': async (stage) => {
    const strategy = {
      approach: 'canary',
      steps: [{ weight: 25, pause: 'manual' }, { weight: 50, pause: 'manual' }, 100],
    }
    await deploy(stage, '1.0.0', strategy)
    const run = await start(stage, '1.1.0', strategy)
    await until(stage, run, (step) => step.startsWith('watch at 25 %'))
    await stage.rig.steer(run, 'pause')
    await stage.rig.steer(run, 'resume')
    await stage.rig.steer(run, 'promote')
    await until(stage, run, (step) => step.startsWith('watch at 50 %'))
    await stage.rig.steer(run, 'promoteFull')
    return ended('succeeded', run, stage)
  },
  'canary-promoted-aborted': async (stage) => {
    const strategy = { approach: 'canary', steps: [{ weight: 25, pause: 'manual' }, 100] }
    await deploy(stage, '1.0.0', strategy)
    const run = await start(stage, '1.1.0', strategy)
    await until(stage, run, (step) => step.startsWith('watch at 25 %'))
    await stage.rig.steer(run, 'promoteFull')
    await stage.rig.steer(run, 'abort')
    return ended('rolledBack', run, stage)
  },
  'rollback-to': async (stage) => {
    await deploy(stage, '1.0.0', {})
    await deploy(stage, '1.1.0', {})
    return ended('succeeded', await stage.rig.start(stage.name, { kind: 'rollback', to: 1 }), stage)
  },
  restore: async (stage) => {
    await deploy(stage, '1.0.0', {})
    await deploy(stage, '1.1.0', {})
    const snapshots = await stage.rig.inspect({
      kind: 'snapshots',
      topology: stage.name,
      hosts: (await stage.rig.ledger(stage.name)).revisions.at(-1)?.topology.hosts ?? {},
      project: null,
    })
    const request = { kind: 'restore', snapshot: snapshots.at(-1)?.name ?? '' } as const
    return ended('succeeded', await stage.rig.start(stage.name, request), stage)
  },
  restart: async (stage) => {
    await deploy(stage, '1.0.0', {})
    return ended('succeeded', await stage.rig.start(stage.name, { kind: 'restart' }), stage)
  },
  'restart-held': async (stage) => {
    await deploy(stage, '1.0.0', {})
    const instance = `${stage.name}-web-1`
    stage.rig.emulator.fault({ match: { host: stage.name, instance, verb: 'start' }, fault: DENIED })
    return ended('held', await stage.rig.start(stage.name, { kind: 'restart' }), stage)
  },
  snapshot: async (stage) => {
    await deploy(stage, '1.0.0', {})
    return ended('succeeded', await stage.rig.start(stage.name, { kind: 'snapshot', snapshot: 'mine' }), stage)
  },
  'snapshot-rolledBack': async (stage) => {
    await deploy(stage, '1.0.0', {})
    const instance = `${stage.name}-web-1`
    stage.rig.emulator.fault({ match: { host: stage.name, instance, verb: 'snapshot create' }, fault: DENIED })
    return ended('rolledBack', await stage.rig.start(stage.name, { kind: 'snapshot', snapshot: 'mine' }), stage)
  },
  'snapshot-deleted': async (stage) => {
    await deploy(stage, '1.0.0', {})
    await finish(stage, await stage.rig.start(stage.name, { kind: 'snapshot', snapshot: 'mine' }))
    const request = { kind: 'snapshot', snapshot: 'mine', remove: true } as const
    return ended('succeeded', await stage.rig.start(stage.name, request), stage)
  },
  'restore-failed': async (stage) => {
    await deploy(stage, '1.0.0', {})
    return ended('failed', await stage.rig.start(stage.name, { kind: 'restore', snapshot: 'nothing' }), stage)
  },
  destroy: async (stage) => {
    await deploy(stage, '1.0.0', {})
    return ended('succeeded', await stage.rig.start(stage.name, { kind: 'destroy' }), stage)
  },
  'destroy-needsAttention': async (stage) => {
    await deploy(stage, '1.0.0', {})
    stage.rig.emulator.fault({ match: { host: stage.name, verb: 'delete' }, fault: DENIED, times: 'always' })
    return ended('needsAttention', await stage.rig.start(stage.name, { kind: 'destroy' }), stage)
  },
  cleanup: async (stage) => {
    const strategy = { approach: 'blueGreen', keep: '1s' }
    await deploy(stage, '1.0.0', strategy)
    await deploy(stage, '1.1.0', strategy)
    const tidied = await ledgerUntil(stage, ({ history }) => history.some(({ kind }) => kind === 'cleanup'))
    return { workflowId: `topology/${stage.name}/op/${tidied.lastOperation}`, outcome: 'succeeded' }
  },
  'rolling-wide': async (stage) => {
    const run = await start(stage, '1.0.0', { maxParallel: 50 }, WIDE)
    return ended('succeeded', run, stage)
  },
  slice: async (stage) => {
    const run = await start(stage, '1.0.0', { maxParallel: 50 }, WIDE)
    await finish(stage, run)
    return { workflowId: `${run.workflowId}/forward/3`, outcome: null }
  },
  ledger: async (stage) => {
    const strategy = { approach: 'blueGreen', keep: '1s' }
    await deploy(stage, '1.0.0', strategy)
    await deploy(stage, '2.0.0', strategy)
    await deploy(stage, '1.1.0', strategy)
    await ledgerUntil(stage, ({ history }) => history.some(({ kind }) => kind === 'cleanup'))
    await stage.rig.run(stage.name, { kind: 'destroy' })
    return { workflowId: `topology/${stage.name}`, outcome: null }
  },
}
