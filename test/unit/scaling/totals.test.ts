import { expect, it } from 'vitest'
import { totalsOf, type Live } from '../../../src/scaling/totals.js'

const one = (name: string, over: Partial<Live> = {}): Live => ({
  ...{ name, resource: 'web', isRunning: true, cpuNs: 5e9 },
  ...over,
})
const requests = new Map([
  ['a', 7],
  ['b', 0],
])

it.each<[string, Live[], 'cpu' | 'requests', ReturnType<typeof totalsOf>]>([
  ['CPU time', [one('a'), one('b', { cpuNs: 1 })], 'cpu', { a: 5e9, b: 1 }],
  ['requests', [one('a'), one('b')], 'requests', { a: 7, b: 0 }],
  ['not of others', [one('a'), one('x', { resource: 'api', cpuNs: null })], 'cpu', { a: 5e9 }],
  ['one that does not run', [one('a'), one('b', { isRunning: false })], 'cpu', null],
  ['one whose CPU time nobody tells', [one('a'), one('b', { cpuNs: null })], 'cpu', null],
  ['one that no edge counts', [one('a'), one('c')], 'requests', null],
  ['two of one name', [one('a'), one('a', { cpuNs: 1 })], 'cpu', null],
  ['none', [], 'cpu', {}],
])('%s', (_, live, of, expected) => expect(totalsOf(live, requests, { resource: 'web', of })).toEqual(expected))
