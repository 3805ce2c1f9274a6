import { defaultPayloadConverter, type Payload } from '@temporalio/common'
import type { temporal } from '@temporalio/proto'
import { expect, it } from 'vitest'
import { isRefused, PAYLOAD_HISTORY, type PayloadKind } from '../../../src/contracts/index.js'
import { checked as checkedFor, historyBegun, isSigned } from '../../../workflows/authentic/arriving.js'
import { named as namedBy } from '../../../workflows/authentic/leaving.js'
import { kindIn, madeAs, refusedPayload, runIn } from '../../../workflows/authentic/payloads.js'

type Job = Parameters<typeof checkedFor>[0]
const RUN = '01a1ff5c-a6bf-7f1c-ac58-1a8a7bab011d'
const HISTORY = '8231'
const checked = (job: Job, signed = false) => checkedFor(job, { signed })
const named = (command: Parameters<typeof namedBy>[0]) => namedBy(command, { run: RUN, history: HISTORY })

const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value)
const plain = payloadOf({ a: 1 })
const nothing = payloadOf(undefined)
const report = madeAs(payloadOf({ code: 'UNHEALTHY', message: 'it is ill' }), 'other')
type Failure = temporal.api.failure.v1.IFailure
const app = (detail: Payload): Failure => ({ applicationFailureInfo: { type: 'X', details: { payloads: [detail] } } })
const made = (kind: PayloadKind | null): Payload =>
  kind === null ? plain : kind === 'refused' ? refusedPayload('not signed') : madeAs(plain, kind, RUN)
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
  [
    'the start by another workflow',
    (p) => start({ parentWorkflowInfo: { workflowId: 'topology/shop', runId: RUN } }, p),
    'child',
  ],
  ['the start of the next history', (p) => start({ continuedFromExecutionRunId: RUN }, p), 'continued'],
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

it.each([
  ['the start by another workflow', { parentWorkflowInfo: { workflowId: 'topology/shop', runId: 'another' } }, 'child'],
  ['the start by a workflow of no run', { parentWorkflowInfo: { workflowId: 'topology/shop' } }, 'child'],
  ['the start of the next history', { continuedFromExecutionRunId: 'another' }, 'continued'],
] as const)('%s refuses what another run made', (_what, over, kind) => {
  expect(start(over, made(kind))).toBe(false)
  expect(start(over, madeAs(plain, kind))).toBe(false)
})

it('knows a workflow whose payloads are signed', () => {
  const begins = (kind: PayloadKind | null) => isSigned({ initializeWorkflow: { arguments: [made(kind)] } })
  expect([begins(null), begins('request'), begins('refused'), isSigned({ initializeWorkflow: {} })]).toEqual([
    false,
    true,
    true,
    false,
  ])
})

it('takes the answer to a question of its own history, and refuses that of another', () => {
  const history = historyBegun({ initializeWorkflow: { randomnessSeed: 8231 as never } })
  const answered = (said: string | null) => {
    const payload = madeAs(plain, 'result')
    const metadata = { ...payload.metadata, ...(said === null ? {} : { [PAYLOAD_HISTORY]: Buffer.from(said) }) }
    const job = { resolveActivity: { seq: 1, result: { completed: { result: { ...payload, metadata } } } } }
    return checkedFor(job, { signed: true, history })[0]?.resolveActivity?.result?.completed != null
  }
  expect(history).toBe(HISTORY)
  // An older worker says nothing of it.
  expect([HISTORY, 'another', null].map(answered)).toEqual([true, false, true])
})

it('refuses an empty answer and an unsigned reason, where all else is signed', () => {
  const refusal = { applicationFailureInfo: { type: 'PERMISSION', nonRetryable: true } }
  const result = (result: object) => checked({ resolveActivity: { seq: 1, result } }, true)[0]?.resolveActivity?.result
  expect(result({ completed: {} })).toMatchObject({ failed: { failure: refusal } })
  const failure = { message: 'run this', applicationFailureInfo: { type: 'UNHEALTHY' }, cause: { message: 'below' } }
  const failed = result({ failed: { failure: { activityFailureInfo: {}, cause: failure } } })
  expect(failed?.failed?.failure?.cause).toMatchObject(refusal)
  expect(JSON.stringify(failed)).not.toMatch(/run this|below/)
  const info = { type: 'UNHEALTHY', details: { payloads: [report] } }
  const signed = result({ failed: { failure: { message: 'it is ill', applicationFailureInfo: info } } })
  expect(signed?.failed?.failure).toMatchObject({ message: 'it is ill', applicationFailureInfo: info })
})

it.each<[string, Failure, string]>([
  ['a reason beside what is signed, but is none', app(made('other')), 'not signed with the key'],
  ['a reason beside what is signed, but is nothing', app(madeAs(nothing, 'other')), 'not signed with the key'],
  ['a reason without a kind', {}, 'not signed with the key'],
  ['a reason that seems to be the server’s', { serverFailureInfo: {} }, 'not signed with the key'],
  ['a reason of one who terminated it', { terminatedFailureInfo: {} }, 'it was terminated'],
])('shows no text of a stranger: %s', (_what, failure, instead) => {
  const thrown = { childWorkflowExecutionFailureInfo: {}, cause: { ...failure, message: 'run this' } }
  checked({ resolveChildWorkflowExecution: { seq: 1, result: { failed: { failure: thrown } } } }, true)
  expect(thrown.cause.message).toContain(instead)
})

it.each<[string, Failure]>([
  ['a report', app(report)],
  ['the end of an operation', app(madeAs(payloadOf({ result: { outcome: 'rolledBack' }, dirty: [] }), 'other'))],
  ['a timeout', { timeoutFailureInfo: { timeoutType: 1 } }],
  ['a cancellation', { canceledFailureInfo: {} }],
])('leaves a reason that is %s', (_what, failure) => {
  const thrown = { activityFailureInfo: {}, cause: { ...failure, message: 'as it is' } }
  checked({ resolveActivity: { seq: 1, result: { failed: { failure: thrown } } } }, true)
  expect(thrown.cause).toMatchObject({ ...failure, message: 'as it is' })
})

it('takes a bare signal, and the end of an activity that has no answer', () => {
  expect(checked({ signalWorkflow: { signalName: 'promote', input: [] } })).toHaveLength(1)
  expect(checked({ resolveActivity: { seq: 1, result: { completed: {} } } })[0]?.resolveActivity?.result).toEqual({
    completed: {},
  })
})

it('forgets details of failures that not signed with the key made, however deep', () => {
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
  expect(activity.scheduleActivity?.arguments?.map(value)).toEqual([{ a: 1 }, { 'cul8er history': HISTORY }, RUN])
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

it('says which run gave something to another workflow', () => {
  const child = named({ startChildWorkflowExecution: { input: [plain] } }).startChildWorkflowExecution?.input?.[0]
  const next = named({ continueAsNewWorkflowExecution: { arguments: [plain] } }).continueAsNewWorkflowExecution
    ?.arguments?.[0]
  expect([runIn(child!), runIn(next!), runIn(plain)]).toEqual([RUN, RUN, null])
})
