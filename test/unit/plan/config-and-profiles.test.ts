import { describe, expect, it, test } from 'vitest'
import { configureCommands, createCommand, labelsOf } from '../../../src/instances/commands.js'
import { labelsFromConfig, labelsToConfig } from '../../../src/plan/labels.js'
import { instanceSpec } from '../../../src/plan/specs.js'
import { planChanges } from '../../../src/plan/plan.js'
import { parseTopology } from '../../../src/topology/parse.js'
import { procedureOf } from '../../../src/strategies/procedure.js'
import { strategyNamed } from '../../../src/strategies/registry.js'
import { revisionOf, web, worldOf } from './world.js'

const replica = { resource: 'web', index: null }
const nested = revisionOf(web({ config: { 'security.nesting': true, 'limits.processes': 200, 'user.note': 'x' } }))
const plain = revisionOf(web(), { number: 2, digest: 'other' })

/** What a plan says, with how the instance is changed. */
const planned = (revision: typeof nested, world = worldOf(nested)) =>
  planChanges({ revision, base: nested, observed: world }).changes.map(({ action, reasons, live, restart }) => ({
    action,
    reasons,
    ...(live === true ? { live } : {}),
    ...(restart === true ? { restart } : {}),
  }))

describe('config', () => {
  test('values become texts, and a topology without it is as it was', () => {
    expect(nested.topology.resources.web?.config).toEqual({
      'security.nesting': 'true',
      'limits.processes': '200',
      'user.note': 'x',
    })
    expect(Object.keys(plain.topology.resources.web ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/config|profiles|volumes/)]),
    )
    expect(labelsToConfig(labelsOf(instanceSpec(plain, replica, 'one', ''), STAMP, new Map()))).not.toHaveProperty(
      'user.cul8er.config',
    )
  })

  test('what is as declared needs no change', () => expect(planned(nested)).toEqual([]))

  test('drift in a key is seen, and a key that Incus reads at a start restarts the instance', () => {
    const [instance] = worldOf(nested)
    const { 'security.nesting': _, ...config } = instance!.config
    expect(planned(nested, [{ ...instance!, config: { ...config, 'user.note': 'y', 'user.theirs': 'z' } }])).toEqual([
      {
        action: 'update',
        restart: true,
        reasons: [
          'security.nesting is unset, should be "true" (the instance restarts)',
          'user.note is "y", should be "x"',
        ],
      },
    ])
  })

  test('a key that is live is set while the app runs', () => {
    const [instance] = worldOf(nested)
    expect(planned(nested, [{ ...instance!, config: { ...instance!.config, 'user.note': 'y' } }])).toMatchObject([
      { action: 'update', live: true },
    ])
  })

  test('keys that are no longer declared go, and what a person set stays', () => {
    const [instance] = worldOf(nested)
    const observed = { ...instance!, config: { ...instance!.config, 'user.theirs': 'z' } }
    expect(planned(plain, [observed])).toMatchObject([
      {
        restart: true,
        reasons: ['limits.processes is "200", should be unset', NO_LONGER, 'user.note is "x", should be unset'],
      },
    ])
    const spec = instanceSpec(plain, replica, 'one', '')
    const [set] = configureCommands(spec, observed, labelsOf(spec, STAMP, new Map()))
    expect(set?.args).toEqual(
      expect.arrayContaining(['security.nesting=', 'limits.processes=', 'user.note=', 'user.cul8er.config=']),
    )
    expect(set?.args.join()).not.toContain('user.theirs')
  })

  test('the instance is stopped for it and started again, before the release', () => {
    const [instance] = worldOf(nested)
    const plan = planChanges({ revision: nested, base: nested, observed: [{ ...instance!, config: {} }] })
    const { stages } = procedureOf(strategyNamed('rolling'), plan, { revision: nested })
    const steps = stages.flatMap(({ lanes }) => lanes.flatMap((lane) => lane.steps))
    expect(steps.find(({ kind }) => kind === 'configure')).toMatchObject({ stopped: true })
    expect(plan.changes.map(({ restart }) => restart)).toEqual([true])
  })

  it.each([
    ['user.cul8er.topology', 'x', "keys that are not cul8er's own labels (user.cul8er.…)"],
    ['limits.cpu', 2, '`limits: { cpu: … }` of the resource for this one'],
    ['limits.memory', '1GiB', '`limits: { memory: … }` of the resource for this one'],
    ['environment.A', 'x', '`environment` of the resource for variables'],
    ['image.os', 'x', '`image` of the resource; Incus copies these keys from the image'],
    ['volatile.uuid', 'x', 'keys that Incus does not keep for itself (volatile.…)'],
    ['snapshots.expiry', '1d', '`strategy.rollback` for snapshots: cul8er takes and removes them itself'],
    [
      'security.protection.delete',
      true,
      'keys that do not keep cul8er from changing the instance (security.protection.…)',
    ],
    ['user.note', '', 'a value, or no such key at all'],
    ['nesting', true, 'a key of the Incus configuration, such as security.nesting'],
  ])('%s is refused', (key, value, allowed) => {
    const result = parseTopology(web({ config: { [key]: value } }))
    expect(result).toMatchObject({ ok: false, problems: [{ allowed }] })
  })
})

describe('profiles', () => {
  const two = revisionOf(web({ profiles: ['default', 'web'] }))
  const [instance] = worldOf(two)

  test('are given to a new instance', () => {
    const spec = instanceSpec(two, replica, 'one', '')
    expect(createCommand(spec, labelsOf(spec, STAMP, new Map())).args).toEqual(
      expect.arrayContaining(['--profile=default', '--profile=web']),
    )
  })

  test('are assigned in place when they differ', () => {
    const observed = { ...instance!, profiles: ['default'] }
    expect(planned(two, [observed])).toEqual([
      {
        action: 'update',
        restart: true,
        reasons: ['profiles are default, should be default, web (the instance restarts)'],
      },
    ])
    const spec = instanceSpec(two, replica, 'one', '')
    const commands = configureCommands(spec, observed, labelsOf(spec, STAMP, new Map()))
    expect(commands.map(({ args }) => args)).toContainEqual(['profile', 'assign', 'shop-web', 'default,web'])
  })

  test('no longer declared, the default one is left; never declared, they are left alone', () => {
    expect(planned(plain, [{ ...instance!, profiles: ['default', 'web'] }])[0]?.reasons).toEqual([
      'profiles are default, web, should be default (the instance restarts)',
    ])
    const [bare] = worldOf(plain)
    expect(planned(plain, [{ ...bare!, profiles: ['default', 'theirs'] }])).toEqual([])
  })

  test('labels and back', () => {
    const labels = labelsOf(instanceSpec(two, replica, 'one', ''), STAMP, new Map())
    expect(labelsFromConfig(labelsToConfig(labels))).toEqual(labels)
  })

  it.each([
    [[], 'at least one profile, or no `profiles` at all'],
    [['a', 'a'], 'each name once'],
    [['-a'], 'the name of an Incus profile'],
  ])('%j is refused', (profiles, allowed) =>
    expect(parseTopology(web({ profiles }))).toMatchObject({ ok: false, problems: [{ allowed }] }),
  )
})

const STAMP = { operation: 1, revision: 1, role: 'live' } as const
const NO_LONGER = 'security.nesting is "true", should be unset (the instance restarts)'
