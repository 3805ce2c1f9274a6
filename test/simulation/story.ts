import type {
  LedgerState,
  OperationEnd,
  OperationInput,
  OperationRequest,
  OperationStarted,
} from '../../src/contracts/index.js'
import { ledgerId } from '../../src/contracts/index.js'
import type { End } from './server/child.js'
import { decode, decodeAll } from './server/payloads.js'
import type { Run } from './server/run.js'
import type { Server } from './server/server.js'
import type { Scenario } from './scenario/model.js'
import { placeOf, type Effect, type InstanceState } from './world/model.js'
import type { Serving, World } from './world/world.js'

/** A request of a client, with all that was ever answered to it. */
export interface Asked {
  request: OperationRequest
  at: number
  answers: OperationStarted[]
}

/** One operation as it really went. */
export interface Operation {
  id: string
  type: string
  input: OperationInput
  startedAt: number
  /** The world when it began. */
  before: Map<string, InstanceState>
  servingBefore: Serving[]
  ledgerBefore: LedgerState | null
  /** Places of instances that it changed, made or removed. */
  touched: Set<string>
  /** Places of instances that it put back to a snapshot. */
  restored: Set<string>
  /** Places of instances that a person changed meanwhile. */
  byHand: Set<string>
  /** What befell it: without any of this it has to succeed. */
  disturbed: string[]
  /** Activities that it waited for no more, and that did their work all the same: `<type> <target>`. */
  unheard: Set<string>
  /** A person paused it, and did not resume it. */
  pausedAt: number | null
  /** An abort was accepted. */
  abortedAt: number | null
  /** A canary was let go on: a look passed, or a person promoted it. */
  wentOn: boolean
  ended: { at: number; how: End['how']; end: OperationEnd | null; message: string | null } | null
}

/** What happened so far, for invariants to look at. */
export interface Story {
  scenario: Scenario
  world: World
  server: Pick<Server, 'now' | 'isOpen' | 'openIds' | 'awaitedBy'>
  ledgerId: string
  /** As the ledger's query shows it; null: there is no ledger, or there never was. */
  ledger: LedgerState | null
  operations: Operation[]
  asked: Asked[]
  /** Why an operation that nobody asked for may begin: times at which something is due by itself. */
  ttl: { dueAt: number | null }
  /** What the ledger knew when nothing was in progress the last time. */
  idle: LedgerState | null
  /** A person gave the ledger a state of old, and no operation has ended since: it need not be true. */
  imported: boolean
  /** When no worker was there the last time. */
  workerAwayAt: number | null
  /** Hosts that were off or cut off, ms since the epoch; `until` of Infinity: it still is. */
  outs: { host: string; from: number; until: number }[]
}

export const newStory = (scenario: Scenario, world: World, server: Story['server']): Story => ({
  scenario,
  world,
  server,
  ledgerId: ledgerId(scenario.topology),
  ledger: null,
  idle: null,
  operations: [],
  asked: [],
  ttl: { dueAt: null },
  imported: false,
  workerAwayAt: null,
  outs: [],
})

const OPERATION = /^topology\/[^/]+\/op\/\d+/

/** The workflow id of the operation that a workflow is, or is a part of; null: of none. */
export const operationIdOf = (workflowId: string): string | null => OPERATION.exec(workflowId)?.[0] ?? null

/** The operation that a workflow is, or is a part of. */
export const operationOf = ({ operations }: Story, workflowId: string): Operation | null =>
  operations.findLast(({ id }) => id === operationIdOf(workflowId)) ?? null

export const isOperation = (workflowId: string): boolean => operationIdOf(workflowId) === workflowId

/** The one that is open, if any. */
export const openOperation = (story: Story): Operation | null =>
  story.operations.findLast(({ ended }) => ended === null) ?? null

export function begun(story: Story, run: Run): void {
  if (!isOperation(run.id)) return
  const { world, scenario } = story
  story.operations.push({
    id: run.id,
    type: run.type,
    input: decodeAll(run.beginning.args)[0] as OperationInput,
    startedAt: run.beginning.at,
    before: world.copy(),
    servingBefore: world.serving(scenario.topology),
    ledgerBefore: story.idle,
    touched: new Set(),
    restored: new Set(),
    byHand: new Set(),
    disturbed: [],
    unheard: new Set(),
    pausedAt: null,
    abortedAt: null,
    wentOn: false,
    ended: null,
  })
}

/** An operation that ends as a failed workflow carries its end in the failure. */
export function closed(story: Story, run: Run, end: End): Operation | null {
  const operation = isOperation(run.id) ? operationOf(story, run.id) : null
  if (operation === null) return null
  story.imported = false
  const details = end.how === 'failed' ? end.failure.applicationFailureInfo?.details?.payloads : undefined
  const found = end.how === 'completed' ? decode(end.result) : decodeAll(details)[0]
  operation.ended = {
    at: story.server.now,
    how: end.how,
    end: isEnd(found) ? found : null,
    message: end.how === 'failed' ? (end.failure.message ?? null) : null,
  }
  return operation
}

const isEnd = (value: unknown): value is OperationEnd =>
  typeof value === 'object' && value !== null && 'result' in value

export function affected(story: Story, effect: Effect): void {
  const operation = operationOf(story, effect.by)
  if (operation === null) return
  if (effect.kind === 'looked') {
    if (effect.verdict === 'breach') operation.disturbed.push('the canary did not pass')
    else if (effect.verdict === 'pass') operation.wentOn = true
  } else if (effect.kind !== 'routed') operation.touched.add(placeOf(effect.instance))
  if (effect.kind === 'restored') operation.restored.add(placeOf(effect.instance))
}
