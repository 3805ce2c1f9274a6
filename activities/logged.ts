import { activityInfo, asyncLocalStorage } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import type { Logger } from 'pino'
import type { RanCommand } from '../src/hosts/logged.js'
import { shownCommand } from '../src/incus/errors.js'
import { operationOf } from './operation-of.js'
import { maskedText } from './secrets.js'

/** What says of a line of the log which step it belongs to. */
export interface StepIds {
  topology?: string
  /** `op-3`; absent for what no operation asks, such as `status`. */
  operation?: string
  /** The activity. */
  step: string
  attempt: number
}

/** Has the log tell when each step began and how it ended; last of the interceptors, so that only what is authentic is told of. */
export const loggedActivities =
  (log: Logger): ActivityInterceptorsFactory =>
  () => ({
    inbound: {
      async execute(input, next) {
        if (!log.isLevelEnabled('debug')) return next(input)
        const ids = { ...stepIds(), ...subject(input.args[0]) }
        const startedAt = performance.now()
        const end = (outcome: object, text: string): void =>
          log.debug({ ...ids, ...outcome, ms: Math.round(performance.now() - startedAt) }, text)
        log.debug(ids, 'step starts')
        try {
          const result: unknown = await next(input)
          end({}, 'step done')
          return result
        } catch (error) {
          end({ error: errorText(error) }, 'step failed')
          throw error
        }
      },
    },
  })

/** An Incus command in the log, with the step that ran it and without what the worker knows to be secret. */
export function logCommand(log: Logger, { host, args, exitCode, durationMs, error }: RanCommand): void {
  if (!log.isLevelEnabled('debug')) return
  const ids = asyncLocalStorage.getStore() === undefined ? {} : stepIds()
  const failed = error === undefined ? {} : { error }
  log.debug(
    { ...ids, host, command: shownCommand(args.map(maskedText)), exit: exitCode, ms: durationMs, ...failed },
    'incus',
  )
}

function stepIds(): StepIds {
  const { workflowExecution, activityType, attempt } = activityInfo()
  const { topology, operation } = operationOf(workflowExecution?.workflowId)
  return {
    ...(topology === undefined ? {} : { topology }),
    ...(operation === undefined ? {} : { operation: `op-${operation}` }),
    step: activityType,
    attempt,
  }
}

/** Whom a step is about, of what nearly every activity is asked with. */
function subject(input: unknown): { host?: string; instance?: string } {
  const { host, name } = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>
  return {
    ...(typeof host === 'string' ? { host } : {}),
    ...(typeof name === 'string' ? { instance: name } : {}),
  }
}

const errorText = (error: unknown): string => {
  const text = maskedText(error instanceof Error ? error.message : String(error))
  return error instanceof ApplicationFailure && error.type ? `${error.type}: ${text}` : text
}
