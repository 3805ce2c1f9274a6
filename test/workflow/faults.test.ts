import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaultRule } from '../../src/emulator/model.js'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases, type Approach } from '../support/fleet.js'
import { Rig } from '../support/rig.js'
import { wrapped } from '../support/wrapped.js'

/*
 * Fail the k-th of n instances: each strategy, each k, each kind of fault. What lasts is rolled back, what passes is passed over;
 * one version everywhere at the end of each. A row is a topology of its own, and all run side by side.
 */

interface Lasting {
  fault: string
  /** What the chosen instance answers to its release, from the update on. */
  rule?: FaultRule['fault']
  /** The app of the chosen instance ends as soon as it is installed. */
  appEnds?: true
  codes: string[]
}

const DISK_FULL = { error: 'sftp: "write /opt/shop/1.1.0: no space left on device" (SSH_FX_FAILURE)' }

const LASTING: Lasting[] = [
  { fault: 'refuses', rule: 'refuse', codes: ['UNREACHABLE'] },
  { fault: 'hangs', rule: 'hang', codes: ['TIMEOUT'] },
  { fault: 'done, but never heard', rule: 'loseAnswer', codes: ['UNREACHABLE'] },
  { fault: 'dies in the middle', rule: 'dieInMiddle', codes: ['UNREACHABLE'] },
  { fault: 'disk full', rule: DISK_FULL, codes: ['NO_SPACE'] },
  { fault: 'app never healthy', appEnds: true, codes: ['UNHEALTHY', 'PROBE_ERROR'] },
]

/** Each strikes once at every one of the commands, in an update of its own; one update follows the other. */
const PASSING = ['refuse', 'hang', 'loseAnswer', 'dieInMiddle'] as const
const COMMANDS = ['launch', 'list', 'query', 'config set', 'snapshot create', 'cul8er-install', 'delete']

/** Which instance fails: an update works on them in this order, and a canary comes before the rest. */
const CHOSEN: Record<Exclude<Approach, 'recreate'>, ((fleet: Fleet) => string)[]> = {
  rolling: [1, 2, 3].map((k) => (fleet) => fleet.instance(k)),
  blueGreen: [1, 2, 3].map((k) => (fleet) => fleet.instance(k, 'green')),
  canary: [(fleet) => fleet.instance(1, 'canary'), ...[1, 2, 3].map((k) => (fleet: Fleet) => fleet.instance(k))],
}

const each = Object.entries(CHOSEN).flatMap(([approach, all]) =>
  all.map((choose, i) => ({ approach: approach as Approach, choose, of: `${i + 1} of ${all.length}` })),
)
const lasting = each.flatMap((row) => LASTING.map((fault) => ({ ...row, ...fault })))

/** As many at a time as two cores carry, so that no time limit is met by crowding. */
const SIDE_BY_SIDE = 24

describe('the k-th of n instances fails', { timeout: 240_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  const doomed = new Map<string, Fleet>()
  const take = turns(SIDE_BY_SIDE)
  const results = new Map<unknown, Promise<void>>()

  beforeAll(async () => {
    rig = await Rig.start(undefined, {
      wrap: (executor) => wrapped(executor, { mostMs: 3_000, done: ({ args }) => void endApp(args) }),
    })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
    lasting.forEach((row, i) =>
      results.set(
        row,
        take(() => fails(row, `a${i}`)),
      ),
    )
    each.forEach((row, i) =>
      results.set(
        row,
        take(() => goesOn(row, `b${i}`)),
      ),
    )
    await Promise.allSettled(results.values())
  }, 480_000)
  afterAll(() => rig.stop())

  it.each(lasting)('$approach, $of: $fault: one version everywhere, the old one', (row) => results.get(row))
  it.each(each)('$approach, $of: what passes is passed over', (row) => results.get(row))

  async function fails(row: (typeof lasting)[number], name: string): Promise<void> {
    const fleet = await deployed(row.approach, name)
    const instance = row.choose(fleet)
    if (row.rule !== undefined) strike(name, instance, 'cul8er-install', row.rule, 'always')
    if (row.appEnds) doomed.set(instance, fleet)
    const { outcome, error } = await fleet.deploy('1.1.0')
    expect({ outcome, error }).toMatchObject({
      outcome: 'rolledBack',
      error: { message: expect.any(String) as string },
    })
    expect(row.codes).toContain(error?.code)
    await fleet.expectSettled('1.0.0', row.approach === 'blueGreen' ? 'blue' : '')
  }

  async function goesOn({ approach, choose }: (typeof each)[number], name: string): Promise<void> {
    const fleet = await deployed(approach, name)
    for (const [i, fault] of PASSING.entries()) {
      const [version, color] = i % 2 === 0 ? (['1.1.0', 'green'] as const) : (['1.0.0', 'blue'] as const)
      const chosen = choose(fleet).replace('green', color)
      COMMANDS.forEach((verb) => strike(name, chosen, verb, fault, 1))
      const { outcome, error } = await fleet.deploy(version)
      expect({ fault, outcome, error }).toEqual({ fault, outcome: 'succeeded' })
      await fleet.expectSettled(version, approach === 'blueGreen' ? color : '')
    }
  }

  async function deployed(approach: Approach, name: string): Promise<Fleet> {
    const fleet = new Fleet(rig, name, approach, artifacts)
    expect(await fleet.deploy('1.0.0', { strategy: { maxParallel: 3 } })).toMatchObject({ outcome: 'succeeded' })
    return fleet
  }

  function strike(
    host: string,
    instance: string,
    verb: string,
    fault: FaultRule['fault'],
    times: number | 'always',
  ): void {
    // A list names no instance.
    rig.emulator.fault({ match: { host, verb, ...(verb === 'list' ? {} : { instance }) }, fault, times })
  }

  async function endApp(args: readonly string[]): Promise<void> {
    const instance = args.find((word) => doomed.has(word)) ?? ''
    if (args.includes('cul8er-install') && args.includes('1.1.0')) await doomed.get(instance)?.stopApp(instance)
  }
})

/** Runs at most so many at a time; the rest waits its turn. */
function turns(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = most
  const waiting: (() => void)[] = []
  return async (run) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free -= 1
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
