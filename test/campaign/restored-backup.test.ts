import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomes, poll } from '../../src/waiting/poll.js'
import type { Run, Status } from '../../src/client/index.js'
import { Stage } from '../e2e/strategies/stage.js'
import { startLoad, type Load } from '../support/load/load.js'
import { ControlPlane } from '../support/production/control-plane.js'

/** name, state, addresses, moment of creation and release of each instance. */
const LOOK = 'ns4c,user.cul8er.release'
/** How long a standby set is kept: it is due when the backup has been restored. */
const KEEP_SECONDS = 40

const BEHIND = {
  code: 'STATE_LOST',
  message: expect.stringContaining('from an older backup') as string,
}

describe('a backup of PostgreSQL from before later deploys is restored', () => {
  let plane: ControlPlane
  let rolling: Stage
  let blueGreen: Stage
  let later: Stage
  let underWay: Stage
  let loads: Load[] = []
  let before: string[]
  let dueAt: number

  const stages = (): Stage[] => [rolling, blueGreen, later, underWay]
  const everything = async (): Promise<string[]> =>
    (await Promise.all(stages().map((stage) => stage.instances(LOOK)))).flat()
  const deployed = async (stage: Stage, version: string): Promise<void> =>
    expect(await stage.deploy(version), plane.logs()).toMatchObject({ outcome: 'succeeded' })

  /** A canary that waits for a person. */
  const halfway = async (stage: Stage, version: string): Promise<Run> => {
    const run = await stage.begin(version)
    const waits = async (): Promise<boolean> => (await run.progress()).step.startsWith('watch')
    expect(await becomes(waits, { everyMs: 200, withinMs: 60_000 })).toBe(true)
    return run
  }

  beforeAll(async () => {
    plane = await ControlPlane.open()
    rolling = await Stage.open({ name: 'old-rolling', port: 8187, approach: 'rolling' }, plane)
    const keep = { keep: `${KEEP_SECONDS}s` }
    blueGreen = await Stage.open({ name: 'old-bg', port: 8188, approach: 'blueGreen', strategy: keep }, plane)
    later = await Stage.open({ name: 'old-later', port: 8189, approach: 'rolling' }, plane)
    const steps = { steps: [{ weight: 20, pause: 'manual' }, 100] }
    underWay = await Stage.open({ name: 'old-canary', port: 8190, approach: 'canary', strategy: steps }, plane)
    for (const stage of stages()) for (const minor of [0, 1, 2, 3]) await stage.release(`1.${minor}.0`)
    await Promise.all([rolling, blueGreen, underWay].map((stage) => deployed(stage, '1.0.0')))
    const promoted = await halfway(underWay, '1.1.0')
    await deployed(blueGreen, '1.1.0')
    dueAt = Date.now() + 1000 * KEEP_SECONDS
    await plane.backup()
    // What the backup does not know: blue serves again, and is what was aside.
    await Promise.all([deployed(blueGreen, '1.2.0'), deployed(rolling, '1.1.0'), deployed(later, '1.0.0')])
    await underWay.cul8er.steer(underWay.name, 'promote')
    expect(await promoted.result(), plane.logs()).toMatchObject({ outcome: 'succeeded' })
    const next = await halfway(underWay, '1.2.0')
    await underWay.cul8er.steer(underWay.name, 'promote')
    expect(await next.result()).toMatchObject({ outcome: 'succeeded' })
    await deployed(rolling, '1.2.0')
    before = await everything()
    loads = stages().map(({ url }) =>
      startLoad({ url, rate: 20, mix: [{ name: 'get', method: 'GET', path: '/', share: 1 }] }),
    )
    await plane.restoreBackup()
  }, 400_000)
  afterAll(async () => {
    try {
      await Promise.all(loads.map((load) => load.stop()))
      for (const stage of stages()) await stage?.close()
    } finally {
      await plane?.close()
    }
  }, 180_000)

  it('status and plan say what the hosts show, and that it is more than the service knows', async () => {
    for (const stage of [rolling, blueGreen]) {
      // What is due begins an operation, and in the middle of one its labels are no news.
      const known = async (): Promise<Status | undefined> => {
        const now = await stage.cul8er.status(stage.name)
        return now.operation === null ? now : undefined
      }
      const status = await poll(known, { everyMs: 500, withinMs: 30_000 })
      if (status === undefined) throw new Error(`${stage.name}: an operation does not end`)
      expect(status).toMatchObject({ healthy: false, behind: BEHIND })
      const serving = status.instances.filter(({ version }) => version?.includes('1.2.0') === true)
      expect(serving.map(({ state, health }) => `${state} ${health}`)).toEqual(Array(3).fill('Running healthy'))
      await expect(stage.changes('1.2.0')).rejects.toMatchObject(BEHIND)
    }
    await expect(later.cul8er.status(later.name)).rejects.toMatchObject({ code: 'UNKNOWN_TOPOLOGY' })
    const orphans = await later.cul8er.orphans()
    expect(orphans.filter(({ topology }) => topology === later.name)).toHaveLength(3)
  })

  it('a standby set whose time has come since is not taken for what serves now', { timeout: 180_000 }, async () => {
    const tried = async (): Promise<boolean> =>
      (await blueGreen.cul8er.status(blueGreen.name)).lastOperation?.kind === 'cleanup'
    expect(await becomes(tried, { everyMs: 500, withinMs: Math.max(0, dueAt - Date.now()) + 60_000 })).toBe(true)
    const { lastOperation } = await blueGreen.cul8er.status(blueGreen.name)
    expect(lastOperation).toMatchObject({ kind: 'cleanup', outcome: 'failed', error: BEHIND })
    expect(await everything()).toEqual(before)
  })

  it('an operation that was in progress then does nothing more', { timeout: 120_000 }, async () => {
    const over = async (): Promise<boolean> => (await underWay.cul8er.status(underWay.name)).operation === null
    if (!(await becomes(over, { everyMs: 500, withinMs: 30_000 }))) {
      await underWay.cul8er.steer(underWay.name, 'abort')
      expect(await becomes(over, { everyMs: 500, withinMs: 60_000 })).toBe(true)
    }
    const { lastOperation } = await underWay.cul8er.status(underWay.name)
    expect(lastOperation).toMatchObject({ operation: 'op-2', outcome: 'needsAttention' })
    await expect(underWay.begin('1.3.0')).rejects.toMatchObject({ code: 'STATE_LOST' })
    expect(await everything()).toEqual(before)
  })

  it('a deploy is refused before it changes anything', { timeout: 120_000 }, async () => {
    expect(await rolling.deploy('1.2.0')).toMatchObject({ outcome: 'failed', error: BEHIND })
    await expect(rolling.begin('1.3.0')).rejects.toMatchObject(BEHIND)
    await expect(later.begin('1.0.0')).rejects.toMatchObject({ code: 'STATE_LOST' })
    expect(await everything()).toEqual(before)
  })

  it('the file of the last deploy and the hosts make up the state again', { timeout: 180_000 }, async () => {
    await rolling.rebuild('1.2.0')
    await later.rebuild('1.0.0')
    await underWay.rebuild('1.2.0')
    expect(await rolling.changes('1.2.0')).toEqual([])
    expect(await later.changes('1.0.0')).toEqual([])
    expect(await underWay.changes('1.2.0')).toEqual([])
    expect(await rolling.cul8er.status(rolling.name)).toMatchObject({ healthy: true })
    await Promise.all([deployed(rolling, '1.3.0'), deployed(later, '1.1.0')])
    expect(await rolling.instances()).toHaveLength(3)
  })

  it('--force goes on from what the backup knows, with numbers above those in use', { timeout: 180_000 }, async () => {
    const run = await blueGreen.begin('1.2.0', {}, {}, { force: true })
    expect(await run.result(), plane.logs()).toMatchObject({ outcome: 'succeeded' })
    const { history } = await blueGreen.cul8er.state(blueGreen.name)
    const numbers = history.map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    expect(
      (await blueGreen.instances(LOOK)).filter((line) => line.includes('app@1.2.0')).length,
    ).toBeGreaterThanOrEqual(3)
    expect(await blueGreen.changes('1.2.0')).toEqual([])
    await deployed(blueGreen, '1.3.0')
  })

  it('and no request failed', async () => {
    const reports = await Promise.all(loads.splice(0).map((load) => load.stop()))
    console.log(reports.map(({ ok, sent }) => `${ok} of ${sent}`).join(', '))
    expect(reports.flatMap(({ first }) => first)).toEqual([])
    for (const report of reports) expect(report).toMatchObject({ failed: 0, ok: report.sent })
  })
})
