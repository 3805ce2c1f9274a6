import { describe, expect, it } from 'vitest'
import type { ObservedInstance } from '../../../src/plan/model.js'
import { planChanges } from '../../../src/plan/plan.js'
import { roomNotes, roomRefusals, withNewLimits, type HostRoom } from '../../../src/plan/room.js'
import { foreign, revisionOf, web, worldOf } from './world.js'

type Part = Record<string, unknown>

const GIB = 1024
const small: HostRoom = {
  cpus: 2,
  memoryMiB: 3.5 * GIB,
  pools: { default: 30 * GIB },
  rootPools: { web: 'default' },
  imageBytes: {},
}

interface Case {
  app: Part
  before?: Part
  observed?: ObservedInstance[]
  room?: Partial<HostRoom>
}

function look({ app, before, observed = [], room = {} }: Case) {
  const revision = revisionOf(web({ on: 'one', ...app }))
  const there = before === undefined ? [] : worldOf(revisionOf(web({ on: 'one', ...before })))
  const all = [...there, ...observed]
  const { changes } = planChanges({ revision, observed: all })
  const rooms = { one: { ...small, ...room } }
  return {
    refusals: roomRefusals({ revision, changes, rooms }),
    notes: roomNotes({ revision, changes, observed: all, rooms }),
  }
}

describe('one instance that wants more than its host has', () => {
  it.each<[string, Case, string[]]>([
    ['no limits', { app: {} }, []],
    ['all that there is', { app: { limits: { cpu: 2, memory: '3.5GiB', disk: '30GiB' } } }, []],
    ['CPUs', { app: { limits: { cpu: 3 } } }, ['resources.web.limits.cpu: 3 is more than host one has: 2']],
    [
      'memory, in several replicas',
      { app: { limits: { memory: '4GiB' }, replicas: 3 } },
      ['resources.web.limits.memory: 4GiB is more than host one has: 3.5GiB'],
    ],
    [
      'disk',
      { app: { limits: { disk: '1TiB' } } },
      ['resources.web.limits.disk: 1TiB is more than pool default of one has: 30GiB'],
    ],
    ['disk of a pool that nobody knows', { app: { limits: { disk: '1TiB' } }, room: { rootPools: {} } }, []],
    [
      'a volume',
      { app: { volumes: { data: { path: '/d', size: '2TiB' } } } },
      ['resources.web.volumes.data.size: 2TiB is more than pool default of one has: 30GiB'],
    ],
    [
      'less disk than its image takes',
      { app: { limits: { disk: '40MiB' } }, room: { imageBytes: { web: 47_783_608 } } },
      ['resources.web.limits.disk: 40MiB is less than image tiny takes on one: 45.5MiB packed, more unpacked'],
    ],
    ['enough for its image', { app: { limits: { disk: '46MiB' } }, room: { imageBytes: { web: 47_783_608 } } }, []],
    [
      'an instance that is there and gets a new limit',
      { app: { limits: { memory: '8GiB' } }, before: { limits: { memory: '1GiB' } } },
      ['resources.web.limits.memory: 8GiB is more than host one has: 3.5GiB'],
    ],
    [
      'an instance that has had it all along, and stays',
      { app: { limits: { memory: '8GiB' } }, before: { limits: { memory: '8GiB' } } },
      [],
    ],
  ])('%s', (_, given, messages) => {
    const { refusals } = look(given)
    expect(refusals.map(({ message }) => message)).toEqual(messages)
    expect(refusals.every(({ code }) => code === 'NO_ROOM')).toBe(true)
  })
})

describe('limits that add up', () => {
  const other = (config: Record<string, string>, over: Partial<ObservedInstance> = {}): ObservedInstance => ({
    ...foreign('other'),
    config,
    ...over,
  })
  const adds = (what: string): string => `the limits on one add up to more than it has: ${what}`

  it.each<[string, Case, string[]]>([
    [
      'to all that there is',
      { app: { limits: { memory: '2.5GiB' } }, observed: [other({ 'limits.memory': '1GiB' })] },
      [],
    ],
    [
      'to more memory, with those of a stranger',
      { app: { limits: { memory: '3GiB' } }, observed: [other({ 'limits.memory': '1GiB' })] },
      [adds('4GiB of memory of 3.5GiB')],
    ],
    [
      'to more CPUs, some of them a list',
      { app: { limits: { cpu: 1 } }, observed: [other({ 'limits.cpu': '0-1,4' })] },
      [adds('4 CPUs of 2')],
    ],
    [
      'but not with what is stopped or on another host',
      {
        app: { limits: { memory: '3GiB' } },
        observed: [
          other({ 'limits.memory': '1GiB' }, { status: 'Stopped' }),
          other({ 'limits.memory': '1GiB' }, { host: 'two' }),
        ],
      },
      [],
    ],
    [
      'over replicas, an updated one once',
      { app: { limits: { memory: '2GiB' }, replicas: 2 }, before: { limits: { memory: '1GiB' }, replicas: 2 } },
      [adds('4GiB of memory of 3.5GiB')],
    ],
    [
      'beside what is replaced',
      { app: { limits: { memory: '2GiB' }, image: 'new' }, before: { limits: { memory: '2GiB' } } },
      [adds('4GiB of memory of 3.5GiB')],
    ],
    [
      'to more disk of a pool',
      {
        app: { limits: { disk: '20GiB' }, volumes: { data: { path: '/d', size: '5GiB' } } },
        observed: [other({}, { devices: { root: { type: 'disk', pool: 'default', size: '10GiB' } } })],
      },
      [adds('35GiB of pool default of 30GiB')],
    ],
  ])('%s', (_, given, notes) => {
    expect(look(given).notes).toEqual(notes)
  })
})

describe('limits that the stable revision does not have like that', () => {
  const changed = (app: Part, before: Part | null): string[] => {
    const revision = revisionOf(web({ on: 'one', ...app }))
    const base = before === null ? null : revisionOf(web({ on: 'one', ...before }))
    const { changes } = planChanges({ revision, observed: [] })
    return withNewLimits(changes, { revision, base }).map(({ instance }) => instance)
  }

  it.each<[string, Part, Part | null, string[]]>([
    ['a first deploy', { limits: { cpu: 8 } }, null, ['shop-web']],
    ['the same as before', { limits: { cpu: 8 } }, { limits: { cpu: 8 } }, []],
    ['more than before', { limits: { cpu: 8 } }, { limits: { cpu: 4 } }, ['shop-web']],
    ['on another host', { limits: { cpu: 8 } }, { limits: { cpu: 8 }, on: 'two' }, ['shop-web']],
  ])('%s', (_, app, before, expected) => expect(changed(app, before)).toEqual(expected))

  it('says nothing of a resource that goes', () => {
    const base = revisionOf(web({ on: 'one', limits: { cpu: 8 } }))
    const revision = { ...base, topology: { ...base.topology, resources: {} } }
    const { changes } = planChanges({ revision, observed: worldOf(base) })
    expect(changes.map(({ action }) => action)).toEqual(['delete'])
    expect(withNewLimits(changes, { revision, base })).toEqual([])
  })
})
