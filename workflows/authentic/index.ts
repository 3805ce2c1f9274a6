import { type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow'
import { isRefused, refusal, WorkflowType } from '../../src/contracts/index.js'
import { failureOf } from '../engine/failure.js'
import { checked } from './arriving.js'
import { named } from './leaving.js'

/*
 * What reaches a workflow is authenticated by the worker's codec (src/payloads/codec.ts), and here held against the purpose that it
 * was made for. Without a codec, as in simulations and replays, nothing is refused.
 */

/** Started by its schedule, and harmless. */
const NEEDS_NO_INPUT: ReadonlySet<string> = new Set([WorkflowType.housekeeping])

/** @throws ApplicationFailure PERMISSION when a value is not authentic */
function believe(what: string, args: readonly unknown[]): void {
  const found = args.find(isRefused)
  if (found !== undefined) throw failureOf({ code: 'PERMISSION', message: refusal(what, found) })
}

export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        const { activation } = input
        activation.jobs = (activation.jobs ?? []).flatMap((job) => checked(job))
        next(input)
      },
      concludeActivation({ commands }, next) {
        return next({ commands: commands.map((command) => named(command)) })
      },
    },
  ],
  inbound: [
    {
      async execute(input, next) {
        const { workflowType } = workflowInfo()
        believe(`the start of ${workflowType}`, input.args)
        if (input.args.length === 0 && !NEEDS_NO_INPUT.has(workflowType)) {
          throw failureOf({ code: 'PERMISSION', message: `${workflowType} was started without anything to do` })
        }
        return next(input)
      },
      validateUpdate(input, next) {
        believe(`update ${input.name}`, input.args)
        next(input)
      },
      async handleUpdate(input, next) {
        believe(`update ${input.name}`, input.args)
        return next(input)
      },
      async handleQuery(input, next) {
        believe(`query ${input.queryName}`, input.args)
        return next(input)
      },
    },
  ],
})
