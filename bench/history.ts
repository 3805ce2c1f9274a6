import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import { runningService } from '../src/service/ensure.js'
import { operationWorkflowId, type OperationResult } from '../src/contracts/index.js'
import type { Bench } from './bench.js'
import { median, ms, type Row } from './report.js'

export interface OperationFacts {
  activities: number
  /** From the start of the command, ms. */
  firstStepMs: number
  operationMs: number
}

/** The operation alone, without the command around it, against the whole script. */
export function operationRow(facts: readonly OperationFacts[], script: readonly number[], instances: number): Row {
  return {
    what: '  the operation alone',
    cul8er: ms(median(facts.map(({ operationMs }) => operationMs))),
    ratio: median(facts.map(({ operationMs }, i) => operationMs / (script[i] ?? NaN))),
    note: [
      `first step ${ms(median(facts.map(({ firstStepMs }) => firstStepMs)))} after the command began`,
      `${((facts[0]?.activities ?? NaN) / instances).toFixed(1)} activities an instance`,
    ].join('; '),
  }
}

/** What Temporal has written down of an operation. */
export async function operationFacts(
  bench: Bench,
  { topology, operation, steps, durationMs }: OperationResult,
  since: number,
): Promise<OperationFacts> {
  const { events } = await historyOf(bench, { topology, operation })
  return {
    activities: (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes != null).length,
    firstStepMs: Date.parse(steps[0]?.startedAt ?? '') - since,
    operationMs: durationMs,
  }
}

export async function historyOf(
  bench: Bench,
  { topology, operation }: Pick<OperationResult, 'topology' | 'operation'>,
): Promise<History> {
  const service = runningService(bench.home)
  if (service === null) throw new Error('the embedded service is gone')
  const connection = await Connection.connect({ address: service.address })
  try {
    const workflowId = operationWorkflowId(topology, Number(operation.replace('op-', '')))
    return await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory()
  } finally {
    await connection.close()
  }
}

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>
