import type { OperationKind, OperationResult } from '../../../src/contracts/index.js'
import { SLOWEST_MS } from '../server/server.js'
import { isOperation, operationIdOf, operationOf, type Operation } from '../story.js'
import type { Invariant } from './invariant.js'

/** At most one operation of a topology is open; a slice counts as the operation that it is a part of. */
export const oneOperation: Invariant = {
  name: 'one-operation',
  afterTask: ({ server }) => {
    const open = server.openIds().filter((id) => operationIdOf(id) !== null)
    return new Set(open.map(operationIdOf)).size > 1 ? `${open.join(' and ')} are open at once` : null
  },
}

/** The ledger names an operation as the current one if and only if it waits for that one, or for what it did when it was lost. */
export const currentIsOpen: Invariant = {
  name: 'current-iff-open',
  afterTask: (story, workflowId) => {
    const { server, ledger, ledgerId } = story
    if (workflowId !== ledgerId || ledger === null) return null
    const awaited = server.awaitedBy(ledgerId).filter(isOperation)
    const current = ledger.current?.workflowId ?? null
    if (current === null) return awaited.length === 0 ? null : `current is not set, but ${awaited.join()} is awaited`
    const ended = operationOf(story, current)?.ended ?? null
    return awaited.includes(current) || server.isOpen(current) || (ended !== null && ended.end === null)
      ? null
      : `current is ${current}, but what is awaited is ${awaited.join() || 'nothing'}`
  },
  atEnd: ({ ledger }) =>
    ledger?.current == null ? null : `nothing can happen, but ${ledger.current.workflowId} is current`,
}

/** A request starts one operation, however often it is sent. */
export const startsOnce: Invariant = {
  name: 'starts-once',
  afterTask: ({ asked }) => {
    for (const { request, answers } of asked) {
      const started = [...new Set(answers.map(({ workflowId }) => workflowId))]
      if (started.length > 1) return `${request.requestId} started ${started.join(' and ')}`
    }
    return null
  },
}

/** No operation begins for a request after the time by which its command has given up. */
export const startsInTime: Invariant = {
  name: 'starts-in-time',
  afterTask: ({ asked, operations }) => {
    for (const { request } of asked) {
      const late = operations.find(
        ({ input, startedAt }) => input.requestId === request.requestId && startedAt > latest(request.notAfter),
      )
      if (late !== undefined) return `${late.id} began for ${request.requestId}, which ended at ${request.notAfter}`
    }
    return null
  },
}

/** The child begins after the ledger decided, as late as a slow worker lets it. */
const latest = (notAfter: string): number => Date.parse(notAfter) + SLOWEST_MS

/** An operation ends with a result, whether its workflow completes or fails. */
export const endsWithResult: Invariant = {
  name: 'ends-with-result',
  atClose: (_story, { id, ended }) => {
    if (ended === null || ended.how === 'terminated' || ended.end !== null) return null
    return `${id} is ${ended.how} without a result: ${ended.message ?? ''}`
  },
}

/** INTERNAL is the code of what nobody foresaw: of a bug. */
export const noBugs: Invariant = {
  name: 'no-internal-error',
  atClose: (_story, { id, ended, disturbed }) => {
    const error = ended?.end?.result.error
    if (error?.code !== 'INTERNAL' || disturbed.some((what) => what.includes('terminated') || what.includes('taken')))
      return null
    return `${id}: ${error.message}`
  },
}

/** What nothing disturbed succeeds: also when no worker was there for a while. */
export const undisturbedSucceeds: Invariant = {
  name: 'undisturbed-succeeds',
  atClose: (_story, { id, ended, disturbed, input, touched }) => {
    const result = ended?.end?.result
    if (result === undefined || result.outcome === 'succeeded' || disturbed.length > 0) return null
    // A snapshot that does not exist, or an app that does not come up with it, is for the person to mend.
    if (input.request.kind === 'restore') return null
    // What is asked of something that is not there, or is there already, is refused before anything is touched.
    if (isRefused(input.request.kind, result) && touched.size === 0) return null
    return `${id} (${input.request.kind}) is ${result.outcome} though nothing went wrong: ${result.error?.message}`
  },
}

const isRefused = (kind: OperationKind, { outcome, error }: OperationResult): boolean =>
  (kind === 'restart' || kind === 'snapshot') &&
  outcome === 'failed' &&
  (error?.code === 'USAGE' || error?.code === 'NOT_FOUND')

/** What nothing but an abort disturbed is taken back, all of it, and nothing is dirty. */
export const abortTakesBack: Invariant = {
  name: 'abort-takes-back',
  atClose: (_story, { id, ended, disturbed, input, touched }) => {
    const { result } = ended?.end ?? {}
    if (result === undefined || input.dirty.length > 0 || disturbed.length === 0) return null
    if (result.outcome === 'failed' && touched.size === 0) return null
    if (disturbed.some((what) => what !== ABORT) || result.outcome === 'succeeded' || result.outcome === 'rolledBack')
      return null
    return `${id} was aborted and is ${result.outcome}: ${result.error?.message}`
  },
}

const ABORT = 'a person aborted it'

/** A destroy that was let go of in time removes nothing. */
export const abortedDestroyRemovesNothing: Invariant = {
  name: 'aborted-destroy-removes-nothing',
  afterEffect: (story, effect) => {
    if (effect.kind !== 'deleted') return null
    const operation = operationOf(story, effect.by)
    if (operation?.input.request.kind !== 'destroy' || operation.abortedAt === null) return null
    return `${operation.id} was aborted and deletes ${effect.instance.name}`
  },
}

/** A topology is destroyed when somebody asked for it, or when the time is over that somebody gave it. */
export const destroyedOnRequest: Invariant = {
  name: 'destroyed-on-request',
  atBegin: ({ asked, ttl, server }, { id, input }) => {
    if (input.request.kind !== 'destroy' || asked.some(({ request }) => request.kind === 'destroy')) return null
    return ttl.dueAt !== null && ttl.dueAt <= server.now ? null : `${id} destroys what nobody asked to destroy`
  },
}

/** A rollback without a number goes to what was stable before, in time. Told only where there can be no doubt. */
export const rollsBackInTime: Invariant = {
  name: 'rolls-back-in-time',
  atClose: ({ operations, asked }, operation) => {
    const { input, id, ledgerBefore } = operation
    const mine = asked.find(({ answers }) => answers.some(({ workflowId }) => workflowId === id))
    if (input.request.kind !== 'rollback' || mine === undefined || mine.request.to !== undefined) return null
    if (ledgerBefore === null || ledgerBefore.dirty.length > 0 || ledgerBefore.desired !== ledgerBefore.stable)
      return null
    const past = operations.slice(0, operations.indexOf(operation)).filter(succeeded)
    const since = past.slice(past.findLastIndex((o) => o.input.request.kind === 'destroy') + 1)
    const stable = since.filter(({ input: { request } }) => request.kind === 'deploy' || request.kind === 'rollback')
    const last = stable.at(-1)
    const before = stable.findLast((o) => o.input.revision.digest !== last?.input.revision.digest)
    // After a rollback it is a matter of taste which way "back" is.
    if (last?.input.request.kind !== 'deploy' || last.input.revision.number !== ledgerBefore.stable) return null
    if (before === undefined || before.input.revision.digest === input.revision.digest) return null
    const { number } = before.input.revision
    return `${id} goes to revision ${input.revision.number}, but ${number} was stable before ${ledgerBefore.stable}`
  },
}

const succeeded = ({ ended }: Operation): boolean => ended?.end?.result.outcome === 'succeeded'
