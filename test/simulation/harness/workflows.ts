import type { ActivityCancellationType, ChildWorkflowCancellationType } from '@temporalio/workflow'
import {
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
  type ActivityOptions,
} from '@temporalio/workflow'

/* Small workflows that each show one behaviour of a server, for the tests of the harness. */

const act = (options: ActivityOptions) =>
  proxyActivities<{ act(input: { name: string }): Promise<string> }>({ startToCloseTimeout: 10_000, ...options }).act

/** What an activity comes to, in words. */
export async function oneActivity(options: ActivityOptions): Promise<string> {
  return act(options)({ name: 'it' }).catch(words)
}

export async function cancelledActivity(
  cancellationType: ActivityCancellationType,
): Promise<{ how: string; afterMs: number }> {
  const scope = new CancellationScope({ cancellable: true })
  const result = scope.run(() => act({ cancellationType, heartbeatTimeout: 2_000 })({ name: 'it' })).catch(words)
  await sleep(1_000)
  const since = Date.now()
  scope.cancel()
  return { how: await result, afterMs: Date.now() - since }
}

/** Cancelled in the very task that schedules it. */
export async function cancelledAtOnce(): Promise<string> {
  const scope = new CancellationScope({ cancellable: true })
  const result = scope.run(() => act({})({ name: 'it' })).catch(words)
  scope.cancel()
  return result
}

export async function child(how: 'completes' | 'fails' | 'waits'): Promise<string> {
  if (how === 'fails')
    throw ApplicationFailure.create({ message: 'it failed', type: 'OWN', details: [{ code: 'OWN' }] })
  if (how === 'waits') await condition(() => false)
  return 'completed'
}

export async function parent(input: { how: 'completes' | 'fails' | 'waits'; id: string }): Promise<string> {
  return executeChild(child, { workflowId: input.id, args: [input.how] }).catch(words)
}

export async function parentThatCancels(cancellationType: ChildWorkflowCancellationType): Promise<string> {
  const scope = new CancellationScope({ cancellable: true })
  const parentClosePolicy = ParentClosePolicy.ABANDON
  const result = scope
    .run(() => executeChild(child, { workflowId: 'a-child', args: ['waits'], cancellationType, parentClosePolicy }))
    .catch(words)
  await sleep(1_000)
  scope.cancel()
  return result
}

export async function parentThatLeaves(parentClosePolicy: ParentClosePolicy): Promise<void> {
  await startChild(child, { workflowId: 'a-child', args: ['waits'], parentClosePolicy })
}

export const ping = defineSignal<[string]>('ping')
export const count = defineUpdate<number, [number]>('count')
export const total = defineQuery<number>('total')

/** Counts what it is told, and continues as new when that is suggested. */
export async function counter(start = 0): Promise<void> {
  let sum = start
  setHandler(ping, (by) => void (sum += by.length))
  setHandler(total, () => sum)
  setHandler(count, (by) => (sum += by), {
    validator: (by) => {
      if (by < 0) throw ApplicationFailure.nonRetryable('only upwards')
    },
  })
  await condition(() => workflowInfo().continueAsNewSuggested)
  await continueAsNew<typeof counter>(sum)
}

export async function signals(id: string): Promise<string> {
  return getExternalWorkflowHandle(id)
    .signal(ping, 'abc')
    .then(() => 'delivered', words)
}

export async function cancels(id: string): Promise<string> {
  return getExternalWorkflowHandle(id)
    .cancel()
    .then(() => 'delivered', words)
}

export async function withPatch(): Promise<boolean> {
  const isNew = patched('a-change')
  await sleep(1_000)
  return isNew
}

/** Does something else when it is replayed. */
export async function notDeterministic(): Promise<void> {
  if (!workflowInfo().unsafe.isReplaying) await sleep(1_000)
  await act({})({ name: 'it' })
  await condition(() => false)
}

export async function throwsInTask(): Promise<void> {
  await sleep(1_000)
  throw new TypeError('a bug')
}

function words(error: unknown): string {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    const kind = error instanceof ActivityFailure ? 'activity' : 'child'
    return `${kind} ${isCancellation(error) ? 'cancelled' : 'failed'}: ${words(error.cause)}`
  }
  if (error instanceof TimeoutFailure) return `timeout ${error.timeoutType}`
  if (error instanceof ApplicationFailure)
    return `${error.type}: ${error.message}${JSON.stringify(error.details ?? [])}`
  return error instanceof Error ? error.constructor.name : String(error)
}
