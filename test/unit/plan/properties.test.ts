import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cul8erError } from '../../../src/errors.js'
import type { Labels, ObservedInstance, Revision, Role } from '../../../src/plan/model.js'
import type { Color } from '../../../src/naming/instance-names.js'
import { planChanges, type PlanInput, type PlannedChanges } from '../../../src/plan/plan.js'
import { parseTopology } from '../../../src/topology/parse.js'
import { validDeclaration } from '../topology/arbitrary.js'
import { apply, foreign, revisionOf, worldOf } from './world.js'

/** Resources by other names that are the same ones to Incus. */
const respelled = (declaration: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(declaration).replaceAll(/"r(\d)"/g, '"R$1"')) as Record<string, unknown>

/** A valid topology with what a command adds: artifacts, and most secrets sealed. */
const revision = (number: number): fc.Arbitrary<Revision> =>
  fc
    .tuple(
      fc.tuple(validDeclaration, fc.boolean()).map(([each, other]) => (other ? respelled(each) : each)),
      fc.constantFrom('a', 'b'),
    )
    .filter(([declaration]) => parseTopology(declaration).ok)
    .map(([declaration, digest]) => {
      const plain = revisionOf(declaration, { number })
      const sealed = Object.entries(plain.topology.resources).flatMap(([resource, { environment }]) =>
        Object.entries(environment).flatMap(([name, value]) =>
          'secret' in value && value.secret.from === 'system'
            ? [[`${resource}/${name}`, { box: `v1:${number}`, digest }] as const]
            : [],
        ),
      )
      return { ...plain, sealed: Object.fromEntries(sealed) }
    })

type Spoil = (instance: ObservedInstance & { labels: Labels }) => void
const spoils: Spoil[] = [
  () => undefined,
  (i) => (i.status = 'Stopped'),
  (i) => (i.config['limits.cpu'] = '77'),
  (i) => (i.config['environment.BY_HAND'] = '1'),
  (i) => (i.config['raw.lxc'] = 'x'),
  (i) => (i.devices.extra = { type: 'nic' }),
  (i) => (i.devices = {}),
  (i) => (i.labels.image = 'spoilt'),
  (i) => (i.labels.release = 'shop@0'),
  (i) => (i.labels.digest = ''),
  (i) => (i.labels.secrets = {}),
  (i) => (i.labels.stateful = undefined),
  (i) => (i.labels.revision = 0),
  (i) => (i.labels.color = 'green'),
  (i) => (i.labels.role = 'old'),
  (i) => (i.labels.role = 'new'),
  (i) => (i.labels.topology = 'other'),
  (i) => (i.host = 'remote'),
]

/** What runs: replicas of some revision, each spoilt in some way or gone, some twice; and what is nobody's. */
const observed = (of: Revision): fc.Arbitrary<ObservedInstance[]> => {
  const colors: Color[] = ['', 'blue', 'green']
  const roles: Role[] = ['live', 'live', 'old', 'new']
  return fc
    .array(
      fc.tuple(
        fc.constantFrom(...colors),
        fc.constantFrom(...roles),
        fc.array(fc.nat(spoils.length), { minLength: 30, maxLength: 30 }),
        fc.boolean(),
      ),
      { minLength: 1, maxLength: 2 },
    )
    .map((sets) => {
      const all = sets.flatMap(([color, role, ways, twoWays]) =>
        worldOf(of, { color, role, operation: 1 }).flatMap((instance, i) => {
          const first = spoils[ways[2 * i] ?? 0]
          if (first === undefined) return []
          first(instance)
          if (twoWays) spoils[ways[2 * i + 1] ?? 0]?.(instance)
          return [instance]
        }),
      )
      const places = new Map(all.map((i) => [`${i.host}/${i.name}`, i] as const))
      return [...places.values(), foreign('somebodys'), foreign('shop')]
    })
}

interface Case {
  input: PlanInput
  /** The same, in another order. */
  shuffled: ObservedInstance[]
}

const cases: fc.Arbitrary<Case> = fc.tuple(revision(1), revision(2), fc.boolean()).chain(([before, after, same]) =>
  observed(before).chain((world) => {
    const own = world.map(({ name }) => name)
    const old = world.filter(({ labels }) => labels?.role === 'old').map(({ name }) => name)
    return fc.record({
      input: fc.record({
        revision: fc.constant(same ? before : after),
        observed: fc.constant(world),
        dirty: fc.subarray(own),
        standby: fc.subarray(old),
        base: fc.constantFrom(before, null),
        without: fc.oneof(
          { weight: 2, arbitrary: fc.constant<string[]>([]) },
          fc.subarray(['here', 'far', 'remote'], { maxLength: 2 }),
        ),
        force: fc.boolean(),
      }),
      shuffled: fc.shuffledSubarray(world, { minLength: world.length }),
    })
  }),
)

/** The plan; null where a name is taken, data would be lost, or no host can have an instance. */
function planOf(input: PlanInput): PlannedChanges | null {
  try {
    return planChanges(input)
  } catch (error) {
    if (error instanceof Cul8erError && REFUSED.has(error.code)) return null
    throw error
  }
}

const REFUSED = new Set<string>(['NAME_CLASH', 'DATA_LOSS', 'NO_ROOM'])
const runs = { numRuns: Number(process.env.PLAN_RUNS ?? 100) }
const place = ({ name, host }: { name: string; host: string }): string => `${host}/${name}`
const isOurs = ({ input: { revision: r } }: Case, { labels }: ObservedInstance): boolean =>
  labels?.topology === r.topology.name

const HOLDS = new Set<Role | undefined>(['live', 'old'])
const roleAfter = ({ changes }: PlannedChanges, i: ObservedInstance): Role | undefined =>
  changes.some(({ action, instance: name, host }) => action !== 'delete' && place({ name, host }) === place(i))
    ? 'live'
    : i.labels?.role

/** Without its color: of one place of the declaration, whatever its resource is called. */
const replicaName = ({ name }: ObservedInstance): string => name.replace(/-(blue|green|canary)$/, '')

describe('whatever was declared, and whatever the world is', { timeout: 60_000 + 600 * runs.numRuns }, () => {
  it('a plan that was carried out leaves nothing to do', () => {
    fc.assert(
      fc.property(cases, ({ input }) => {
        const plan = planOf(input)
        fc.pre(plan !== null)
        const keep = input.revision.topology.strategy.approach === 'blueGreen'
        const after = apply(input.revision, plan.changes, input.observed, { keep })
        // What was put aside, or not finished, by an earlier operation is kept by nobody, and stays all the same.
        const aside = new Set(
          plan.bystanders.filter((i) => i.role !== 'live' && !input.standby?.includes(i.name)).map(place),
        )
        // Without its label it is known by the revision before, which is forgotten from here on.
        for (const { labels } of after.filter((i) => aside.has(place(i)))) if (labels) labels.stateful = true
        const standby = after.filter((i) => i.labels?.role === 'old' && !aside.has(place(i))).map(({ name }) => name)
        const { revision: base, without, force } = input
        expect(
          planChanges({ revision: base, base, observed: after, standby, without, force: force && aside.size === 0 })
            .changes,
        ).toEqual([])
      }),
      runs,
    )
  })

  it('a plan is the same each time, and in whatever order hosts answer', () => {
    fc.assert(
      fc.property(cases, ({ input, shuffled }) => {
        const plan = planOf(input)
        expect(planOf(structuredClone(input))).toEqual(plan)
        const again = planOf({ ...input, observed: shuffled })
        expect(again?.changes).toEqual(plan?.changes)
        expect(again?.fingerprint).toBe(plan?.fingerprint)
      }),
      runs,
    )
  })

  it("what is not the topology's is never changed, deleted, made over or counted", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const plan = planOf(each.input)
        fc.pre(plan !== null)
        const others = new Set(each.input.observed.filter((i) => !isOurs(each, i)).map(place))
        for (const { action, instance: name, host, from } of plan.changes) {
          expect(others).not.toContain(place({ name, host }))
          if (from !== null) expect(others).not.toContain(place(from))
          expect(from === null).toBe(action === 'create')
        }
        for (const bystander of plan.bystanders) expect(others).not.toContain(place(bystander))
        const ours = planOf({ ...each.input, observed: each.input.observed.filter((i) => isOurs(each, i)) })
        expect(ours).toEqual(plan)
      }),
      runs,
    )
  })

  it('no data is lost unasked', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const plan = planOf({ ...each.input, force: false })
        fc.pre(plan !== null)
        const ours = new Map(each.input.observed.filter((i) => isOurs(each, i)).map((i) => [place(i), i]))
        for (const { action, from } of plan.changes) {
          if (from === null || (action !== 'delete' && action !== 'replace')) continue
          const instance = ours.get(place(from))
          if (instance?.labels?.stateful !== true) continue
          // It never took the place of the one that holds the data.
          expect(instance.labels.role).not.toBe('live')
          expect(instance.labels.role).not.toBe('old')
          const holders = [...ours.values()].filter(
            (i) => i !== instance && replicaName(i) === replicaName(instance) && HOLDS.has(roleAfter(plan, i)),
          )
          expect(holders).not.toEqual([])
          for (const holder of holders.filter((i) => i.labels?.stateful)) {
            const going = plan.changes.filter(({ from: gone }) => gone !== null && place(gone) === place(holder))
            expect(going.filter((w) => w.action === 'delete' || w.action === 'replace')).toEqual([])
          }
        }
      }),
      runs,
    )
  })

  it('a name that is needed is free, or was only left over', () => {
    fc.assert(
      fc.property(cases, ({ input }) => {
        const plan = planOf(input)
        fc.pre(plan !== null)
        const there = new Map(input.observed.map((i) => [place(i), i]))
        const gone = new Set(
          plan.changes.flatMap(({ action, from }) => (action === 'delete' && from ? [place(from)] : [])),
        )
        for (const { action, revive, host, instance: name } of plan.changes) {
          if ((action !== 'create' && action !== 'replace') || revive) continue
          const before = there.get(place({ host, name }))
          if (before === undefined) continue
          expect(gone).toContain(place(before))
          if (input.force !== true) expect(before.labels?.role).not.toBe('live')
        }
      }),
      runs,
    )
  })

  it('nothing is done on a host that is left out', () => {
    fc.assert(
      fc.property(cases, ({ input }) => {
        const plan = planOf(input)
        fc.pre(plan !== null)
        const hosts = [...plan.changes, ...plan.bystanders, ...plan.changes.flatMap(({ from }) => from ?? [])]
        for (const { host } of hosts) expect(input.without).not.toContain(host)
      }),
      runs,
    )
  })

  it('no instance is both changed and left alone, and no two changes make the same one', () => {
    fc.assert(
      fc.property(cases, ({ input }) => {
        const plan = planOf(input)
        fc.pre(plan !== null)
        const from = plan.changes.flatMap((w) => w.from ?? []).map(place)
        expect(new Set(from).size).toBe(from.length)
        const alone = plan.bystanders.map(place)
        expect(new Set([...from, ...alone]).size).toBe(from.length + alone.length)
        const made = plan.changes.filter(({ action }) => action !== 'delete').map((w) => `${w.host}/${w.instance}`)
        expect(new Set(made).size).toBe(made.length)
      }),
      runs,
    )
  })
})
