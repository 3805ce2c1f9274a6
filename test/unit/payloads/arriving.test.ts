import { defaultPayloadConverter, type Payload } from '@temporalio/common'
import { expect, it } from 'vitest'
import { isRefused, type PayloadKind } from '../../../src/contracts/index.js'
import { checked } from '../../../workflows/authentic/arriving.js'
import { named } from '../../../workflows/authentic/leaving.js'
import { kindIn, madeAs, refusedPayload } from '../../../workflows/authentic/payloads.js'

const plain = defaultPayloadConverter.toPayload({ a: 1 })
const made = (kind: PayloadKind | null): Payload =>
  kind === null ? plain : kind === 'refused' ? refusedPayload('not signed') : madeAs(plain, kind)
const KINDS = [
  ...([null, 'request', 'child', 'continued', 'activity', 'result'] as const),
  ...(['end', 'answer', 'look', 'other', 'refused'] as const),
]
const value = (payload: unknown): unknown => defaultPayloadConverter.fromPayload(payload as Payload)
const taken = (kinds: readonly (PayloadKind | null)[], takes: (payload: Payload) => boolean): unknown[] =>
  kinds.filter((kind) => takes(made(kind)))

const start = (over: object, payload: Payload): boolean => {
  const [job] = checked({ initializeWorkflow: { arguments: [payload], ...over } })
  return !isRefused(value(job?.initializeWorkflow?.arguments?.[0]))
}
const settled = (what: 'resolveActivity' | 'resolveChildWorkflowExecution', payload: Payload): boolean => {
  const [job] = checked({ [what]: { seq: 1, result: { completed: { result: payload } } } })
  const result = job?.[what]?.result
  if (result?.completed != null) return true
  expect(result?.failed?.failure?.applicationFailureInfo).toEqual({ type: 'PERMISSION', nonRetryable: true })
  return false
}

it.each<[string, (payload: Payload) => boolean, PayloadKind]>([
  ['the start of a workflow by a command', (p) => start({}, p), 'request'],
  ['the start by another workflow', (p) => start({ parentWorkflowInfo: { workflowId: 'topology/shop' } }, p), 'child'],
  ['the start of the next history', (p) => start({ continuedFromExecutionRunId: 'run' }, p), 'continued'],
  ['a signal', (p) => checked({ signalWorkflow: { signalName: 'promote', input: [p] } }).length === 1, 'request'],
  [
    'an update',
    (p) => !isRefused(value(checked({ doUpdate: { name: 'x', input: [p] } })[0]?.doUpdate?.input?.[0])),
    'request',
  ],
  [
    'what a query is asked',
    (p) => !isRefused(value(checked({ queryWorkflow: { arguments: [p] } })[0]?.queryWorkflow?.arguments?.[0])),
    'request',
  ],
  ["an activity's answer", (p) => settled('resolveActivity', p), 'result'],
  ["a child's end", (p) => settled('resolveChildWorkflowExecution', p), 'end'],
])('%s takes what was made for it, and what nobody checks', (_what, takes, kind) => {
  expect(taken(KINDS, takes)).toEqual([null, kind])
})

it('takes a bare signal, and the end of an activity that has no answer', () => {
  expect(checked({ signalWorkflow: { signalName: 'promote', input: [] } })).toHaveLength(1)
  expect(checked({ resolveActivity: { seq: 1, result: { completed: {} } } })[0]?.resolveActivity?.result).toEqual({
    completed: {},
  })
})

it('forgets details of failures that nobody with the key made, however deep', () => {
  const info = (kind: PayloadKind) => ({ type: 'X', details: { payloads: [made(kind)] } })
  const failure = { applicationFailureInfo: info('other'), cause: { applicationFailureInfo: info('refused') } }
  checked({ resolveActivity: { seq: 1, result: { failed: { failure } } } })
  expect(failure.applicationFailureInfo.details).not.toBeNull()
  expect(failure.cause.applicationFailureInfo.details).toBeNull()
})

it('names what leaves a workflow, and the type in the id of an activity', () => {
  const activity = named({
    scheduleActivity: { seq: 3, activityType: 'deleteInstance', activityId: '3', arguments: [plain] },
  })
  expect(activity.scheduleActivity?.activityId).toBe('deleteInstance-3')
  const kinds = [
    activity.scheduleActivity?.arguments?.[0],
    named({ startChildWorkflowExecution: { input: [plain] } }).startChildWorkflowExecution?.input?.[0],
    named({ continueAsNewWorkflowExecution: { arguments: [plain] } }).continueAsNewWorkflowExecution?.arguments?.[0],
    named({ completeWorkflowExecution: { result: plain } }).completeWorkflowExecution?.result,
    named({ updateResponse: { completed: plain } }).updateResponse?.completed,
    named({ respondToQuery: { succeeded: { response: plain } } }).respondToQuery?.succeeded?.response,
  ].map((payload) => (payload == null ? null : kindIn(payload)))
  expect(kinds).toEqual(['activity', 'child', 'continued', 'end', 'answer', 'look'])
})
