import { expect, test } from 'vitest'
import type { Link } from '../../../src/client/link.js'
import { readOperation } from '../../../src/client/past-operation.js'
import type { LedgerState } from '../../../src/contracts/index.js'

const steps = [{ name: 'create', outcome: 'done', startedAt: '', durationMs: 1 }]
const result = { topology: 'shop', operation: 'op-1', outcome: 'held', revision: 1, durationMs: 1, steps }
const ended = { operation: 'op-1', number: 1, outcome: 'held' }
const state = (over: object = {}): LedgerState =>
  ({ topology: 'shop', history: [ended], current: null, ...over }) as unknown as LedgerState
const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more })

/** A workflow that answers so to a wait for its end, and to a question for its progress. */
const link = (end: () => Promise<unknown>, look: () => Promise<unknown> = () => Promise.reject(named('QueryFailed'))) =>
  ({
    call: (run: (client: unknown) => unknown) => run({ workflow: { getHandle: () => ({ result: end, query: look }) } }),
  }) as unknown as Link

test.each([
  ['its result', link(() => Promise.resolve({ result, dirty: [] })), steps],
  ['its failure', link(() => Promise.reject(named('Failed', { cause: { details: [{ result, dirty: [] }] } }))), steps],
  [
    'what it says itself, when it was terminated',
    link(
      () => Promise.reject(named('Terminated')),
      () => Promise.resolve({ steps }),
    ),
    steps,
  ],
  ['nowhere, when Temporal has forgotten it', link(() => Promise.reject(named('WorkflowNotFoundError'))), null],
  ['nowhere, when it can say nothing', link(() => Promise.reject(named('Terminated'))), null],
])('steps come from %s', async (_what, through, expected) => {
  expect(await readOperation(through, state(), 1)).toEqual({
    topology: 'shop',
    operation: 'op-1',
    ended,
    current: null,
    steps: expected,
  })
})

test('of one that goes on nobody waits for the end', async () => {
  const current = { number: 2, kind: 'deploy' }
  const never = link(
    () => new Promise(() => undefined),
    () => Promise.resolve({ steps }),
  )
  expect(await readOperation(never, state({ current }), 2)).toMatchObject({ ended: null, current, steps })
})

test('one that the ledger forgot and Temporal did not', async () => {
  const through = link(() => Promise.resolve({ result, dirty: [] }))
  expect(await readOperation(through, state({ history: [] }), 1)).toMatchObject({ ended: null, steps })
})

test('one that nobody knows', async () => {
  const through = link(() => Promise.reject(named('WorkflowNotFoundError')))
  await expect(readOperation(through, state(), 7)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'shop has no operation op-7, or it is no longer recorded',
  })
})
