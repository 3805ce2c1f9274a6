import { describe, expect, it } from 'vitest'
import type { Compensation, Restoration, Stage } from '../../../src/contracts/index.js'
import { compensationOf, compensationWords, keyOf, targetOf } from '../../../src/steps/compensation.js'
import { declaration, parsed } from '../topology/sample.js'
import { live } from './live.js'

const [one, two, three] = [live('web-1'), live('web-2'), live('web-3')]
const elsewhere = { ...one, host: 'two', role: 'new' as const }
const readmit = (from = one): Compensation => ({ kind: 'readmit', from })
const restore = (from = one): Compensation => ({ kind: 'restore', from, snapshot: 'pre-deploy-2' })
const reinstall = (from = one): Compensation => ({ kind: 'reinstall', from })
const revive = (from = one): Compensation => ({ kind: 'revive', from })
const made = (at = one): Compensation => ({ kind: 'delete', at })
const restoration: Restoration = {
  backup: { id: 'web-1', takenAt: '2026-01-01T00:00:00.000Z', host: 'one' },
  at: two,
  volumes: [],
}
const ports: Compensation = { kind: 'switch', from: one, active: { web: 'blue' } }
const withdraw: Compensation = { kind: 'withdraw', resources: ['web'] }

/** `stage: instance step, step; …` */
const read = (stages: readonly Stage[]): string[] =>
  stages.map(
    ({ name, lanes }) =>
      `${name}: ${lanes.map(({ instance = '-', steps }) => `${instance} ${steps.map(({ kind }) => kind).join(', ')}`).join('; ')}`,
  )

describe('the order of compensations', () => {
  it.each<[string, Compensation[], string[]]>([
    ['nothing was done', [], []],
    [
      'the last one comes first, neighbours of a kind together',
      [reinstall(one), reinstall(two), restore(three)],
      [
        'undo: restore snapshot pre-deploy-2: web-3 drain, restore, healthy, admit',
        'undo: reinstall the old release, keep the data: web-2 drain, configure, install, restart, healthy, admit; web-1 drain, configure, install, restart, healthy, admit',
      ],
    ],
    [
      'kinds that alternate stay apart',
      [readmit(one), made(two), readmit(three)],
      [
        'undo: back into rotation: web-3 admit',
        'undo: remove the new instance: web-2 drain, forget, keepLogs, delete',
        'undo: back into rotation: web-1 admit',
      ],
    ],
    [
      'what a copy took the place of starts once that is a copy again',
      [
        {
          ...revive(one),
          copy: { at: elsewhere, snapshot: 's', copiedAt: 't', from: 'one', original: one },
        } as Compensation,
      ],
      ['undo: bring the old instance back: web-1 drain, forget, demote, start, role, healthy, admit'],
    ],
    [
      'canaries leave the traffic before anything else',
      [made(two), withdraw, restore(one)],
      [
        'undo: take the canary out of rotation: - weights',
        'undo: restore snapshot pre-deploy-2: web-1 drain, restore, healthy, admit',
        'undo: remove the new instance: web-2 drain, forget, keepLogs, delete',
      ],
    ],
    [
      'what was moved is stopped on the other host before it starts on its own, and the copy goes last',
      [
        { kind: 'dropCopy', at: elsewhere, original: one },
        { kind: 'moveBack', from: one, copy: elsewhere },
      ],
      [
        'undo: back to its host: web-1 drain, forget, putBack, start, role, healthy, admit',
        'undo: delete the copy on the other host: - dropCopy',
      ],
    ],
    [
      'what came from a backup is taken out before the original starts, and goes last',
      [
        { kind: 'dropFetched', at: two, restoration: { ...restoration, original: one } },
        { kind: 'takeOut', from: one, restoration: { ...restoration, original: one } },
      ],
      [
        'undo: take out what was restored: web-1 drain, forget, takeOut, start, role, healthy, admit',
        'undo: delete what came from the backup: - dropFetched',
      ],
    ],
    [
      'and at once where there was none',
      [{ kind: 'takeOut', from: two, restoration }],
      ['undo: take out what was restored: web-2 drain, forget, takeOut, dropFetched'],
    ],
    [
      'the standby serves before anybody writes down that it does',
      [made(two), made(three), ports, revive(one)],
      [
        'undo: switch the traffic back: - switch',
        'undo: bring the old instance back: web-1 start, role, healthy, admit',
        'undo: remove the new instance: web-3 drain, forget, keepLogs, delete; web-2 drain, forget, keepLogs, delete',
      ],
    ],
  ])('%s', (_title, registered, expected) => {
    expect(read(compensationOf(registered, 5))).toEqual(expected)
  })

  it('what was changed in place keeps no more snapshots than declared, once it is back', () => {
    expect(read(compensationOf([restore(one), made(two), reinstall(three)], 5, { prunes: true })).at(-1)).toBe(
      'undo: prune snapshots: - prune; - prune',
    )
    expect(read(compensationOf([made(two)], 5, { prunes: true }))).toHaveLength(1)
    // What was put back is of no more use; what was there before it may be.
    const lanes = compensationOf([restore(one), reinstall(three)], 5, { prunes: true }).at(-1)?.lanes
    expect(lanes?.map(({ steps }) => steps)).toEqual([
      [{ kind: 'prune', at: three }],
      [{ kind: 'prune', at: one, spent: 'pre-deploy-2' }],
    ])
  })

  it('leaves somebody in the pool of resources that share a public port', () => {
    const resource = { image: 'x', network: { expose: [{ port: 4000, as: 80, pool: 'app' }] } }
    const topology = parsed(declaration({ resources: { web: { ...resource, replicas: 2 }, other: resource } }))
    const other = live('other-1', { resource: 'other' })
    const undos = [reinstall(one), reinstall(two), reinstall(other), made(three)]
    const lanes = compensationOf(undos, 9, { topology }).map((stage) => stage.lanes.map(({ instance }) => instance))
    expect(lanes).toEqual([['web-3'], ['other-1'], ['web-2', 'web-1']])
    expect(compensationOf(undos, 9, { topology, exclusive: true })).toEqual(
      compensationOf(undos, 9, { exclusive: true }),
    )
  })

  it('goes on where one fails, so many at a time', () => {
    expect(compensationOf([made(one), withdraw], 7)).toMatchObject([
      { atOnce: 7, onFailure: 'continue' },
      { atOnce: 7, onFailure: 'continue' },
    ])
  })

  it('each lane says what it takes back, where', () => {
    const [stage] = compensationOf([restore(live('web-2', { host: 'two' }))], 1)
    expect(stage?.lanes[0]).toMatchObject({
      instance: 'web-2',
      host: 'two',
      compensates: { undo: 'restore', instance: 'web-2', host: 'two' },
    })
  })
})

it.each<[Compensation, string, string, string]>([
  [made(), 'web-1', 'one/web-1', 'remove the new instance'],
  [readmit(), 'web-1', 'one/web-1', 'back into rotation'],
  [restore(), 'web-1', 'one/web-1', 'restore snapshot pre-deploy-2'],
  [reinstall(), 'web-1', 'one/web-1', 'reinstall the old release, keep the data'],
  [{ kind: 'configure', from: one }, 'web-1', 'one/web-1', 'reset limits and devices'],
  [revive(), 'web-1', 'one/web-1', 'bring the old instance back'],
  [{ kind: 'shelve', from: one }, 'web-1', 'one/web-1', 'back to standby'],
  [ports, 'web-1', 'switch ', 'switch the traffic back'],
  [{ ...ports, from: null }, 'the edge', 'switch ', 'switch the traffic back'],
  [withdraw, 'web', 'withdraw ', 'take the canary out of rotation'],
])('$0.kind: what it is about, its place and its words', (undo, target, key, words) => {
  expect([targetOf(undo), keyOf(undo), compensationWords(undo)]).toEqual([target, key, words])
})
