import { expect, it } from 'vitest'
import type { Role } from '../../../src/plan/model.js'
import { standbyThatStays } from '../../../src/plan/standby.js'
import type { LiveInstance, Work } from '../../../src/plan/work.js'

const instance = (name: string, role: Role): LiveInstance => ({ name, role }) as LiveInstance
const work = (name: string, from: string | null = null): Work =>
  ({ instance: name, from: from === null ? null : instance(from, 'old') }) as Work

it.each<[string, Parameters<typeof standbyThatStays>[0], string[], string[], string[]]>([
  ['what is found and left alone', { work: [], bystanders: [instance('a', 'old')] }, ['a'], [], ['a']],
  ['not what lives', { work: [], bystanders: [instance('a', 'live')] }, [], [], []],
  ['not what is removed', { work: [work('a', 'a')], bystanders: [] }, ['a'], [], []],
  ['not what comes back', { work: [work('b', 'a')], bystanders: [instance('a', 'old')] }, ['a'], [], []],
  ['not what is gone from a host that was looked at', { work: [], bystanders: [] }, ['a'], [], []],
  ['what may be on a host that was left out', { work: [], bystanders: [] }, ['a'], ['two'], ['a']],
  ['not what is removed elsewhere', { work: [work('a', 'a')], bystanders: [] }, ['a', 'b'], ['two'], ['b']],
  ['not what lives elsewhere', { work: [], bystanders: [instance('a', 'live')] }, ['a'], ['two'], []],
])('a standby is still %s', (_, plan, standby, without, expected) => {
  expect(standbyThatStays(plan, { standby, without })).toEqual(expected)
})
