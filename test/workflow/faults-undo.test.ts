import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import type { OperationResult } from '../../src/contracts/index.js'
import { dirtyNames } from '../../src/plan/half-done.js'
import { Fleet, shopReleases, type Approach } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/*
 * Undo that fails as well: the operation says what is where, and both ways out of it, a deploy and a rollback, lead to one version.
 */

interface Trouble {
  title: string
  approach: Approach
  /** Commands that are refused from the update on, until somebody mends it. */
  refused: { verb?: string; instance?: (fleet: Fleet) => string }[]
  /** What the undo could not do, and to what. */
  left: { undo: string; instance: (fleet: Fleet) => string }[]
}

/** A refusal that no retry mends, so that nothing is waited for. */
const DENIED = { error: 'not authorized' }

const web =
  (k: number, color: '' | 'blue' | 'green' | 'canary' = '') =>
  (fleet: Fleet) =>
    fleet.instance(k, color)

const TROUBLES: Trouble[] = [
  {
    title: 'a snapshot that cannot be restored',
    approach: 'rolling',
    refused: [
      { verb: 'cul8er-install', instance: web(2) },
      { verb: 'snapshot restore', instance: web(2) },
    ],
    left: [{ undo: 'restore', instance: web(2) }],
  },
  {
    title: 'the old release cannot come back',
    approach: 'rolling',
    refused: [
      { verb: 'snapshot create', instance: web(3) },
      { verb: 'config set', instance: web(1) },
    ],
    left: [{ undo: 'reinstall', instance: web(1) }],
  },
  {
    title: 'a new instance that cannot be removed',
    approach: 'blueGreen',
    refused: [
      { verb: 'cul8er-install', instance: web(2, 'green') },
      { verb: 'delete', instance: web(2, 'green') },
    ],
    left: [{ undo: 'delete', instance: web(2, 'green') }],
  },
  {
    title: 'a switch half written down',
    approach: 'blueGreen',
    refused: [{ verb: 'config set', instance: web(2, 'blue') }],
    left: [{ undo: 'revive', instance: web(2, 'blue') }],
  },
  {
    title: 'two colors that both live',
    approach: 'blueGreen',
    refused: [
      { verb: 'config set', instance: web(2, 'blue') },
      { verb: 'delete', instance: web(3, 'green') },
    ],
    left: [
      { undo: 'revive', instance: web(2, 'blue') },
      { undo: 'delete', instance: web(3, 'green') },
    ],
  },
  {
    title: 'a canary that cannot be removed',
    approach: 'canary',
    refused: [
      { verb: 'cul8er-install', instance: web(2) },
      { verb: 'delete', instance: web(1, 'canary') },
    ],
    left: [{ undo: 'delete', instance: web(1, 'canary') }],
  },
]

const WAYS = ['deploy', 'rollback', 'another deploy'] as const
const rows = TROUBLES.flatMap((trouble) => WAYS.map((way) => ({ ...trouble, way })))

describe('an undo that fails', { timeout: 150_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  const ended = new Map<unknown, { fleet: Fleet; result: OperationResult }>()

  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '1.2.0': {} })
    await Promise.all(
      rows.map(async (row, i) => {
        const fleet = new Fleet(rig, `u${i}`, row.approach, artifacts)
        expect(await fleet.deploy('1.0.0', { strategy: { maxParallel: 3 } })).toMatchObject({ outcome: 'succeeded' })
        for (const { verb, instance } of row.refused) await breakIt(fleet, verb, instance)
        ended.set(row, { fleet, result: await fleet.deploy('1.1.0') })
      }),
    )
    // Somebody mends the hosts.
    rig.emulator.clearFaults()
  }, 150_000)
  afterAll(() => rig.stop())

  async function breakIt(fleet: Fleet, verb?: string, instance?: (fleet: Fleet) => string): Promise<void> {
    const match = { host: fleet.name, ...(verb === undefined ? {} : { verb }) }
    // The first time it may still go well: the update did that much.
    if (verb === 'config set' && fleet.approach === 'rolling') {
      rig.emulator.fault({ match: { ...match, instance: instance?.(fleet), nth: 2 }, fault: DENIED, times: 'always' })
    } else {
      rig.emulator.fault({ match: { ...match, instance: instance?.(fleet) }, fault: DENIED, times: 'always' })
    }
  }

  it('an operation that is undone back to what was half changed does not call that an end', async () => {
    const fleet = new Fleet(rig, 'again', 'rolling', artifacts)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    const chosen = { host: 'again', instance: fleet.instance(2) }
    rig.emulator.fault({ match: { ...chosen, verb: 'cul8er-install' }, fault: DENIED })
    rig.emulator.fault({ match: { ...chosen, verb: 'snapshot restore' }, fault: DENIED })
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'needsAttention' })
    rig.emulator.fault({ match: { host: 'again', instance: fleet.instance(1), verb: 'cul8er-install' }, fault: DENIED })
    const { outcome, error } = await fleet.deploy('1.2.0')
    expect({ outcome, error }).toMatchObject({
      outcome: 'needsAttention',
      error: { code: 'NEEDS_ATTENTION', details: { cause: { code: 'PERMISSION' }, dirty: [fleet.instance(2)] } },
    })
    expect(error?.message).toContain(fleet.instance(2))
    expect(await fleet.deploy('1.2.0')).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.2.0')
  })

  it.each(rows)('$approach, $title: then $way', async (row) => {
    const { fleet, result } = ended.get(row) ?? { fleet: null, result: null }
    if (fleet === null || result === null) throw new Error('not run')
    expect({ outcome: result.outcome, error: result.error }).toMatchObject({
      outcome: 'needsAttention',
      error: {
        code: 'NEEDS_ATTENTION',
        hint: expect.stringContaining('deploy or roll back') as string,
        details: {
          undo: row.left.map(({ undo, instance }) => ({ undo, instance: instance(fleet), host: fleet.name })),
        },
      },
    })
    for (const { instance } of row.left) expect(result.error?.message).toContain(`${instance(fleet)} on ${fleet.name}`)
    expect(await fleet.ledger()).toMatchObject({ stable: 1, desired: 2, attempted: 2, current: null })
    expect(dirtyNames((await fleet.ledger()).dirty)).toEqual(
      expect.arrayContaining(row.left.map(({ instance }) => instance(fleet))),
    )

    const [version, outcome] =
      row.way === 'rollback'
        ? (['1.0.0', await fleet.run({ kind: 'rollback' })] as const)
        : row.way === 'deploy'
          ? (['1.1.0', await fleet.deploy('1.1.0')] as const)
          : (['1.2.0', await fleet.deploy('1.2.0')] as const)
    expect({ outcome: outcome.outcome, error: outcome.error }).toEqual({ outcome: 'succeeded' })
    await fleet.expectSettled(version, fleet.color)
  })
})
