import { expect, it } from 'vitest'
import type { Role } from '../../../src/plan/model.js'
import { standbyThatStays } from '../../../src/plan/standby.js'
import type { LiveInstance, PlannedChange } from '../../../src/plan/planned-change.js'

const instance = (name: string, role: Role): LiveInstance => ({ name, role }) as LiveInstance
const plannedChange = (name: string, from: string | null = null): PlannedChange =>
  ({ instance: name, from: from === null ? null : instance(from, 'old') }) as PlannedChange

it.each<[string, Parameters<typeof standbyThatStays>[0], string[], string[], string[]]>([
  ['what is found and left alone', { changes: [], bystanders: [instance('a', 'old')] }, ['a'], [], ['a']],
  ['not what lives', { changes: [], bystanders: [instance('a', 'live')] }, [], [], []],
  ['not what is removed', { changes: [plannedChange('a', 'a')], bystanders: [] }, ['a'], [], []],
  ['not what comes back', { changes: [plannedChange('b', 'a')], bystanders: [instance('a', 'old')] }, ['a'], [], []],
  ['not what is gone from a host that was looked at', { changes: [], bystanders: [] }, ['a'], [], []],
  ['what may be on a host that was left out', { changes: [], bystanders: [] }, ['a'], ['two'], ['a']],
  ['not what is removed elsewhere', { changes: [plannedChange('a', 'a')], bystanders: [] }, ['a', 'b'], ['two'], ['b']],
  ['not what lives elsewhere', { changes: [], bystanders: [instance('a', 'live')] }, ['a'], ['two'], []],
])('a standby is still %s', (_, plan, standby, without, expected) => {
  expect(standbyThatStays(plan, { standby, without })).toEqual(expected)
})
