import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IncusCommand } from '../../src/incus/command.js'
import type { Artifact } from '../../src/plan/model.js'
import { dirtyNames } from '../../src/plan/half-done.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { mortal } from '../support/mortal.js'
import { Rig } from '../support/rig.js'

/* A host that gives no answer is waited for as long as the topology says. */

describe('a host that is away', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  const dead = new Set<string>()
  /** Snapshots after which a host dies. */
  const lastSnapshots = new Set<string>()
  const isLast = ({ args }: IncusCommand): boolean =>
    args[0] === 'snapshot' && args[1] === 'create' && args.some((arg) => lastSnapshots.has(arg))
  beforeAll(async () => {
    rig = await Rig.start(undefined, { wrap: (executor) => mortal(executor, dead, isLast) })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  async function leaving(name: string, hostTimeout: string) {
    const fleet = new Fleet(rig, name, 'rolling', artifacts, { strategy: { hostTimeout } })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    lastSnapshots.add(fleet.instance(2))
    const run = await fleet.start('1.1.0')
    await fleet.until(run, () => dead.has(name))
    lastSnapshots.delete(fleet.instance(2))
    return { fleet, run }
  }

  it.concurrent('for less than its hostTimeout is waited for', async () => {
    const { fleet, run } = await leaving('short', '30s')
    await rig.env.sleep(6_000)
    dead.delete('short')
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent.each(['deploy', 'restart', 'snapshot', 'destroy'] as const)(
    'for longer when a %s begins fails it',
    async (kind) => {
      const name = `begins-${kind}`
      const fleet = new Fleet(rig, name, 'rolling', artifacts, { strategy: { hostTimeout: '2s' } })
      expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
      dead.add(name)
      const asked =
        kind === 'deploy'
          ? { kind, revision: fleet.revision('1.1.0') }
          : { kind, ...(kind === 'snapshot' ? { snapshot: 'nightly' } : {}) }
      const { outcome, error, durationMs } = await fleet.run(asked)
      expect({ outcome, code: error?.code }).toEqual({ outcome: 'failed', code: 'UNREACHABLE' })
      // Without a declaration it would be half a minute.
      expect(durationMs).toBeLessThan(20_000)
      dead.delete(name)
    },
  )

  it.concurrent('for longer fails the step', async () => {
    const since = Date.now()
    const { fleet, run } = await leaving('long', '2s')
    const { outcome, error } = await fleet.end(run)
    // Its own undo finds nobody either.
    expect({ outcome, error }).toMatchObject({
      outcome: 'needsAttention',
      error: { details: { cause: { code: 'UNREACHABLE' } } },
    })
    expect(Date.now() - since).toBeLessThan(60_000)
    expect(dirtyNames((await fleet.ledger()).dirty).sort()).toEqual([fleet.instance(1), fleet.instance(2)])
    dead.delete('long')
    expect(await fleet.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.0.0')
  })
})
