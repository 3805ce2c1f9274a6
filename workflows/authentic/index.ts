import type { coresdk } from '@temporalio/proto'
import { type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow'
import { isRefused, refusal, WorkflowType } from '../../src/contracts/index.js'
import { failureOf } from '../engine/failure.js'
import { checked, historyBegun, isSigned } from './arriving.js'
import { errorFailure } from './error-failure.js'
import { named } from './leaving.js'

type Command = coresdk.workflow_commands.IWorkflowCommand

/*
 * What reaches a workflow is authenticated by the worker's codec (src/payloads/codec.ts), and here held against the purpose that it
 * was made for. Without a codec, as in simulations and replays, nothing is refused.
 */

/** Started by its schedule, and harmless. */
const NEEDS_NO_INPUT: ReadonlySet<string> = new Set([WorkflowType.housekeeping])

const RESET = 'its history was reset, so it ended: its work would be repeated or forgotten'

/** @throws ApplicationFailure PERMISSION when a value is not authentic */
function believe(what: string, args: readonly unknown[]): void {
  const found = args.find(isRefused)
  if (found !== undefined) throw failureOf({ code: 'PERMISSION', message: refusal(what, found) })
}

/**
 * A reset to the very beginning shows in nothing but the run, of workflows that have but one. After a reset to a later place what was
 * before it is replayed first, as it was.
 */
function wasResetAtStart(): boolean {
  const { runId, firstExecutionRunId, continuedFromExecutionRunId, unsafe } = workflowInfo()
  return runId !== firstExecutionRunId && continuedFromExecutionRunId === undefined && !unsafe.isReplaying
}

export function interceptors(): WorkflowInterceptors {
  let signed = false
  let history: string | null = null
  let reset = false
  const refuseReset = (): void => {
    if (reset) throw failureOf({ code: 'PERMISSION', message: RESET })
  }
  return {
    internals: [
      {
        activate(input, next) {
          const { activation } = input
          const jobs = activation.jobs ?? []
          signed ||= jobs.some(isSigned)
          history ??= jobs.map(historyBegun).find((begun) => begun !== null) ?? null
          // A reset draws new random numbers, and nothing else does.
          reset ||= jobs.some(({ updateRandomSeed }) => updateRandomSeed != null)
          activation.jobs = jobs.flatMap((job) => checked(job, { signed, history }))
          next(input)
        },
        concludeActivation({ commands }, next) {
          const { runId } = workflowInfo()
          const given = reset ? ended(commands) : commands
          return next({ commands: given.map((command) => named(command, { run: runId, history })) })
        },
      },
    ],
    inbound: [
      {
        async execute(input, next) {
          const { workflowType } = workflowInfo()
          reset ||= wasResetAtStart()
          refuseReset()
          believe(`the start of ${workflowType}`, input.args)
          if (input.args.length === 0 && !NEEDS_NO_INPUT.has(workflowType)) {
            throw failureOf({ code: 'PERMISSION', message: `${workflowType} was started without input` })
          }
          return next(input)
        },
        validateUpdate(input, next) {
          refuseReset()
          believe(`update ${input.name}`, input.args)
          next(input)
        },
        async handleUpdate(input, next) {
          refuseReset()
          believe(`update ${input.name}`, input.args)
          return next(input)
        },
        async handleQuery(input, next) {
          refuseReset()
          believe(`query ${input.queryName}`, input.args)
          return next(input)
        },
      },
    ],
  }
}

/** Whatever the workflow wanted to do next, it ends; only what was asked meanwhile is answered. */
function ended(commands: Command[]): Command[] {
  const answers = commands.filter(
    ({ respondToQuery, updateResponse }) => respondToQuery != null || updateResponse != null,
  )
  // Queries come by themselves, also to what has ended.
  const onlyAsked = commands.length > 0 && commands.every(({ respondToQuery }) => respondToQuery != null)
  return onlyAsked ? answers : [...answers, { failWorkflowExecution: { failure: errorFailure(RESET) } }]
}
