import { expect, it } from 'vitest'
import type { Compensation } from '../../../src/contracts/index.js'
import { compensationWords, targetOf } from '../../../src/steps/compensation.js'
import { Registered } from '../../../workflows/engine/registered.js'
import { live } from '../steps/live.js'

const web = live('web-1')
const readmit: Compensation = { kind: 'readmit', from: web }
const restore: Compensation = { kind: 'restore', from: web, snapshot: 's' }
const reinstall: Compensation = { kind: 'reinstall', from: web }
const made = (name: string): Compensation => ({ kind: 'delete', at: live(name) })
const ports = (active: Record<string, 'blue' | 'green'>): Compensation => ({ kind: 'switch', from: web, active })
const withdraw = (...resources: string[]): Compensation => ({ kind: 'withdraw', resources })

const after = (...undos: Compensation[]): Registered => {
  const registered = new Registered()
  undos.forEach((undo) => registered.register(undo))
  return registered
}
const read = ({ all }: Registered): string[] => all.map((undo) => `${targetOf(undo)}: ${compensationWords(undo)}`)

it.each<[string, Compensation[], string[]]>([
  ['nothing', [], []],
  [
    'one way back for each instance, in the order of the first registration',
    [readmit, made('web-2'), restore, reinstall],
    ['web-1: reinstall the old release, keep the data', 'web-2: remove the new instance'],
  ],
  [
    'two of one name on two hosts, each its own way',
    [readmit, { kind: 'delete', at: live('web-1', { host: 'two' }) }],
    ['web-1: back into rotation', 'web-1: remove the new instance'],
  ],
  [
    'canaries of several resources at once',
    [withdraw('web'), withdraw('api', 'web')],
    ['web, api: take the canary out of rotation'],
  ],
])('%s', (_title, undos, expected) => {
  expect(read(after(...undos))).toEqual(expected)
})

it('ports go back to where they led first', () => {
  const { all } = after(ports({ web: 'blue' }), ports({ web: 'green', api: 'green' }))
  expect(all).toEqual([ports({ web: 'blue', api: 'green' })])
})

it('neither ports nor canaries are the way back of the instance that they name', () => {
  const registered = after(ports({ web: 'blue' }), withdraw('web-1'))
  expect(registered.of(web)).toBeUndefined()
  registered.register(restore)
  expect(registered.of(web)).toEqual(restore)
  expect(registered.all).toHaveLength(3)
})

it('after the point of no return there is none', () => {
  const registered = after(restore, made('web-2'))
  registered.clear()
  expect(registered.all).toEqual([])
})

it('what is final is not taken back any more, on its host alone', () => {
  const moved = { ...web, host: 'two' }
  const registered = after({ kind: 'dropCopy', at: moved, original: web }, { kind: 'moveBack', from: web, copy: moved })
  expect(registered.of(web)?.kind).toBe('moveBack')
  registered.drop(web)
  registered.register({ kind: 'readmit', from: moved })
  expect(registered.all).toEqual([{ kind: 'readmit', from: moved }])
})
