import { expect, test } from 'vitest'
import { endOf, type OperationEnd } from '../../../src/contracts/index.js'

const end: OperationEnd = {
  result: { topology: 'shop', operation: 'op-1', outcome: 'rolledBack', revision: 1, durationMs: 1, steps: [] },
  dirty: [],
}
const failure = (details: unknown[]) => Object.assign(new Error('rolledBack'), { type: 'rolledBack', details })
const around = (cause: unknown) => Object.assign(new Error('Workflow execution failed'), { cause })
const circle = { cause: undefined as unknown }
circle.cause = circle

test.each<[string, unknown, OperationEnd | null]>([
  ['the failure of a workflow', failure([end]), end],
  ['what a client throws for it', around(failure([end])), end],
  ['what a parent catches from a child', around(around(failure([end, 'more']))), end],
  ['plain data of the same shape', { cause: { details: [end] } }, end],
  ['a failure with a report', around(failure([{ code: 'INCUS', message: 'no' }])), null],
  ['a failure with a result without outcome', failure([{ result: {} }]), null],
  ['a failure without details', failure([]), null],
  ['a terminated workflow', around(new Error('terminated')), null],
  ['an error that is its own cause', circle, null],
  ['no error', undefined, null],
  ['a string', 'broken', null],
])('%s', (_what, error, expected) => {
  expect(endOf(error)).toEqual(expected)
})
