import { Cul8erError, type ErrorReport, messageOf } from '../errors.js'
import type { Context } from './context.js'
import { moment } from './render/duration.js'
import { laidOut, type Layout } from './render/wrapped.js'

/** Any thrown value as one of our errors. */
export function asCul8erError(error: unknown): Cul8erError {
  if (error instanceof Cul8erError) return error
  const message = messageOf(error)
  return new Cul8erError('INTERNAL', message, {
    hint: 'this is a bug in cul8er; CUL8ER_DEBUG=1 shows where',
    cause: error,
  })
}

/** Shows an error: one object with `--json`, else what happened, the evidence and what to do, on standard error. */
export function reportError(context: Context, error: Cul8erError): void {
  const { terminal, json } = context
  if (json) terminal.stdout.write(`${JSON.stringify({ error: error.toJSON() })}\n`)
  else terminal.stderr.write(`${errorLines(error, context, terminal.stderr).join('\n')}\n`)
  if (terminal.env.CUL8ER_DEBUG) terminal.stderr.write(`${stackOf(error)}\n`)
}

/** An error for people. Log lines and commands that are meant to be copied keep to one line each. */
export function errorLines(
  { code, message, hint, details }: ErrorReport,
  { colors }: Pick<Context, 'colors'>,
  output: Layout,
): string[] {
  return [
    laidOut(`${colors.red('✘')} ${message} ${colors.dim(`(${code})`)}`, output),
    ...evidence(details, colors.dim, output),
    ...(hint === undefined ? [] : [`${colors.cyan('→')} ${hint}`]),
  ]
}

// The probe's result and the last log lines: what a person would look for first.
function evidence(details: ErrorReport['details'], dim: (text: string) => string, output: Layout): string[] {
  const probe = details?.probe as { message?: string; at?: string } | null | undefined
  const of = typeof details?.asked === 'string' ? ` of ${details.asked}` : ''
  const logs = Array.isArray(details?.logs) ? (details.logs as string[]) : []
  return [
    ...(probe?.message === undefined
      ? []
      : [
          laidOut(
            `  last probe${of}: ${probe.message}${probe.at === undefined ? '' : ` at ${moment(probe.at)}`}`,
            output,
          ),
        ]),
    ...(logs.length === 0 ? [] : ['  last log lines:', ...logs.map((line) => dim(`    ${line}`))]),
  ]
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
