import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker'
import { DeterminismViolationError } from '@temporalio/workflow'
import { beforeAll, describe, expect, it } from 'vitest'
import { OlderNames } from '../../src/payloads/older-names.js'
import { workflowBundle } from '../support/bundle.js'
import { SCENARIOS } from './scenarios.js'

/*
 * Operations that began with an older worker go on with a newer one: each must take the way that its history tells. What
 * fails here after a change of workflows needs `patched`, or, before a release, histories recorded anew (scripts/record-histories).
 */

const folder = fileURLToPath(new URL('histories/', import.meta.url))
const before = fileURLToPath(new URL('before/', import.meta.url))
const files = readdirSync(folder).filter((file) => file.endsWith('.json'))

interface History {
  events: ({ eventType: string } & Record<string, Attributes>)[]
}
interface Attributes {
  workflowId?: string
  workflowType?: { name: string }
  activityType?: { name: string }
}
const read = (file: string, from = folder): History => JSON.parse(readFileSync(`${from}${file}`, 'utf8')) as History

/** The attributes of the nth event of a kind, as `activityTaskScheduled`. */
function nth({ events }: History, kind: string, n = 0): Attributes {
  const found = events.flatMap((event) => event[`${kind}EventAttributes`] ?? [])[n]
  if (found === undefined) throw new Error(`no ${kind} in the history`)
  return found
}

describe('replay of recorded operations', () => {
  let bundle: WorkflowBundle
  beforeAll(async () => {
    // What a history that does not fit makes the SDK say is what these tests look for.
    const logging = { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} }
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } })
    bundle = await workflowBundle()
  })

  /** Rejects when the workflows of today do not take the way of the history. */
  const replay = (history: History): Promise<void> =>
    Worker.runReplayHistory(
      // Some were recorded under names that were changed since, as operations in flight may have been.
      { workflowBundle: bundle, dataConverter: { payloadCodecs: [new OlderNames()] } },
      history,
      nth(history, 'workflowExecutionStarted').workflowId ?? 'unknown',
    )

  it.each(files)('%s', async (file) => {
    await expect(replay(read(file))).resolves.toBeUndefined()
  })

  it('every scenario has its history, and all together stay small', () => {
    const recorded = files.map((file) => file.replace('.json', '')).filter((name) => name !== 'ledger-2')
    expect(recorded.sort()).toEqual(Object.keys(SCENARIOS).sort())
    expect(files).toContain('ledger-2.json')
    expect(files.reduce((sum, file) => sum + readFileSync(`${folder}${file}`).length, 0)).toBeLessThan(
      90_000 * files.length,
    )
  })

  it('the ledger that was recorded began anew on the way', () => {
    expect(read('ledger-2.json').events.at(-1)?.eventType).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW')
    expect(read('ledger.json').events.at(0)?.eventType).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_STARTED')
  })

  it('a ledger goes on whose older worker told nobody, though its revisions name somebody', async () => {
    const named = withNotifiers(read('ledger-2.json'))
    expect(JSON.stringify(named)).not.toBe(JSON.stringify(read('ledger-2.json')))
    await expect(replay(named)).resolves.toBeUndefined()
  })

  /** Recorded by workers of before, and never recorded again. */
  it.each(readdirSync(before))('an older worker: %s', async (file) => {
    await expect(replay(read(file, before))).resolves.toBeUndefined()
  })

  /** Histories as other workflows would have written them. */
  it.each<[string, string, (history: History) => void]>([
    [
      'another step',
      'rolling-succeeded.json',
      (history) => (nth(history, 'activityTaskScheduled', 3).activityType = { name: 'somethingElse' }),
    ],
    [
      'another strategy',
      'canary-succeeded.json',
      (history) => (nth(history, 'workflowExecutionStarted').workflowType = { name: 'rolling' }),
    ],
    [
      'another child',
      'rolling-wide.json',
      (history) => (nth(history, 'startChildWorkflowExecutionInitiated').workflowId = 'another'),
    ],
    [
      'an operation that ended otherwise',
      'blueGreen-rolledBack.json',
      (history) => (nth(history, 'activityTaskScheduled', 8).activityType = { name: 'applyRoutes' }),
    ],
  ])('finds %s', async (_what, file, change) => {
    const history = read(file)
    change(history)
    await expect(replay(history)).rejects.toBeInstanceOf(DeterminismViolationError)
  })
})

/** The history as a newer command's revisions would have made it: whoever they name is to be told of every end. */
function withNotifiers(history: History): History {
  const notify = [
    { to: { kind: 'command', command: ['x'] }, on: ['succeeded', 'rolledBack', 'held', 'needsAttention', 'failed'] },
  ]
  return JSON.parse(JSON.stringify(history), (_, value: unknown) => {
    const { metadata, data } = (value ?? {}) as { metadata?: unknown; data?: unknown }
    if (metadata === undefined || typeof data !== 'string') return value
    const changed = Buffer.from(data, 'base64')
      .toString()
      .replaceAll('"ttlMs":', `"notify":${JSON.stringify(notify)},"ttlMs":`)
    return { metadata, data: Buffer.from(changed).toString('base64') }
  }) as History
}
