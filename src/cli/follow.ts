import type { OperationResult, Position, StepRecord } from '../contracts/index.js'
import type { Underway } from '../client/doing.js'
import type { Run, RunEvent } from '../client/index.js'
import type { Palette } from './palette.js'
import { ExitCode } from '../errors.js'
import type { Context } from './context.js'
import { exitOfResult } from './exit.js'
import { Live } from './live.js'
import { humanDuration } from './render/duration.js'
import { logsHint, withoutLogsHint } from './render/logs-hint.js'
import { OUTCOMES } from './render/outcomes.js'
import { changesLines, countText } from './render/plan.js'
import { doingOf, openStepLine, stepLine } from './render/steps.js'
import type { Layout } from './render/wrapped.js'
import { errorLines } from './report-error.js'

/** ms between two drawings of elapsed times. */
const DRAW_MS = 100
/** ms without a line after which those who read lines are told what is waited for. */
const SAY_MS = 10_000

/** `planShown`: a person has agreed to the plan a moment ago and need not read it again. */
interface Following {
  planShown?: boolean
  /** Named in the commands that an operation waits for. */
  topology?: string
}

/**
 * Shows an operation until it ends, or until Ctrl-C, which lets go of it.
 * @returns the exit code: of the outcome; 0 when let go of
 */
export async function follow(context: Context, run: Run, following: Following = {}): Promise<ExitCode> {
  const result = await followed(context, run, following)
  if (result === null) return detached(context, run)
  context.answer(result, '')
  return exitOfResult(result)
}

/**
 * Shows an operation until it ends, and how; the answer as an object is the caller's.
 * @returns null: it was let go of
 */
export async function followed(context: Context, run: Run, following: Following = {}): Promise<OperationResult | null> {
  const result = await watch(context, run, following)
  if (result !== null && !context.json)
    endLines(context, result, context.terminal.stdout).forEach((line) => context.terminal.stdout.write(`${line}\n`))
  return result
}

/** Says once what a command waits for before it begins. */
export const saysWait =
  (context: Context) =>
  ({ message }: Error): void =>
    context.say(`${message}; waiting for it to end`)

/** Says how to come back to an operation that goes on without us. */
export function detached(context: Context, run: Run): ExitCode {
  const { topology, operation, workflowId, revision } = run
  context.answer(
    { topology, operation, workflowId, revision, detached: true },
    `${operation} of ${topology} continues in the background\n${context.colors.cyan('→')} follow it: cul8er attach ${topology}`,
  )
  return ExitCode.done
}

async function watch(context: Context, run: Run, following: Following): Promise<OperationResult | null> {
  let letGo = (): void => undefined
  const gone = new Promise<null>((resolve) => (letGo = () => resolve(null)))
  process.once('SIGINT', letGo)
  try {
    // Looks at the steps cost the worker something, so that nobody looks who shows nothing.
    return await (context.options.quiet === true
      ? Promise.race([run.result(), gone])
      : shown(context, run, gone, following))
  } finally {
    process.removeListener('SIGINT', letGo)
  }
}

async function shown(
  context: Context,
  run: Run,
  gone: Promise<null>,
  following: Following,
): Promise<OperationResult | null> {
  const screen = screenFor(context, { ...following, topology: run.topology })
  const events = run.events()
  try {
    for (;;) {
      const next = await Promise.race([events.next(), gone])
      if (next === null || next.done === true) return null
      screen.show(next.value)
      if (next.value.type === 'ended') return next.value.result
    }
  } finally {
    screen.close()
  }
}

interface Screen {
  show(event: RunEvent): void
  close(): void
}

const screenFor = (context: Context, following: Following): Screen =>
  (context.progress.isTTY === true && context.terminal.env.TERM !== 'dumb' ? liveScreen : lineScreen)(
    context,
    following,
  )

function lineScreen(context: Context, following: Following): Screen {
  const linesOf = eventLines(context, following)
  const open = new OpenSteps()
  let saidAt = Date.now()
  return {
    show(event) {
      open.take(event)
      linesOf(event).forEach((line) => context.say(line))
      if (event.type !== 'doing') saidAt = Date.now()
      else if (Date.now() - saidAt >= SAY_MS) {
        saidAt = Date.now()
        open.lines(context.colors).forEach((line) => context.say(line))
      }
    },
    close: () => undefined,
  }
}

function liveScreen(context: Context, following: Following): Screen {
  const live = new Live(context.screen)
  const linesOf = eventLines(context, following)
  const open = new OpenSteps()
  let stage: string[] = []
  const draw = (): void => live.draw([...open.lines(context.colors), ...stage])
  const timer = setInterval(draw, DRAW_MS)
  return {
    show(event) {
      open.take(event)
      // It stands below the steps that go on, instead of among those that have ended.
      if (event.type === 'stage') stage = linesOf(event)
      else linesOf(event).forEach((line) => live.print(line))
      draw()
    },
    close() {
      clearInterval(timer)
      live.clear()
    },
  }
}

/** The steps that go on, and what they say of themselves. */
class OpenSteps {
  private readonly steps = new Map<string, StepRecord>()
  private doing: Underway[] = []

  take(event: RunEvent): void {
    if (event.type === 'doing') this.doing = event.doing
    if (event.type !== 'step') return
    const { step, phase } = event
    const key = `${step.name}\n${step.instance ?? ''}`
    if (phase === 'ended') this.steps.delete(key)
    else if (step.outcome === 'running' || step.outcome === 'waiting') this.steps.set(key, step)
  }

  lines(colors: Palette): string[] {
    return [...this.steps.values()].map((step) => openStepLine(step, colors, doingOf(this.doing, step)))
  }
}

/** More than fit on a screen are counted. */
const MOST_CHANGES = 25

/** One line for what ended; beginnings are for the live screen alone. What is said beside the steps has a line too. */
export function eventLines(
  { colors }: Pick<Context, 'colors'>,
  { planShown = false, topology }: Following = {},
): (event: RunEvent) => string[] {
  const known = new Set(['planning'])
  return (event) => {
    switch (event.type) {
      case 'planned':
        if (planShown) return []
        return event.changes.length > MOST_CHANGES
          ? [`  ${countText(event.changes)}`]
          : changesLines(event.changes, colors)
      case 'step':
        known.add(stepWords(event.step))
        return event.phase === 'ended' ? [stepLine(event.step, colors)] : []
      case 'stage':
        return [colors.dim(stageWords(event.position))]
      case 'waiting':
        return [`${colors.yellow('⏸')} waiting for: ${commandsOf(event.for, topology)}`]
      case 'says':
        return known.has(event.words) || isOutcome(event.words) ? [] : [`${colors.cyan('▶')} ${event.words}`]
      case 'doing':
      case 'ended':
        return []
    }
  }
}

/** `promote or abort` as what to type. */
const commandsOf = (verbs: string, topology = ''): string =>
  verbs
    .split(' or ')
    .map((verb) => `cul8er ${verb} ${topology}`.trim())
    .join(' | ')

const stageWords = ({ stage, stages, name }: Position): string => `stage ${stage} of ${stages}: ${name}`

/** As an operation says which step it is at. */
const stepWords = ({ name, instance }: StepRecord): string => (instance === undefined ? name : `${name}: ${instance}`)

/** The last word of an operation; its end is shown anyway. */
const isOutcome = (words: string): boolean => Object.hasOwn(OUTCOMES, words.split(':')[0] ?? '')

/** How an operation ended, and what to do next. */
export function endLines(context: Pick<Context, 'colors'>, result: OperationResult, output: Layout): string[] {
  const { topology, operation, outcome, revision, durationMs, error, warnings = [] } = result
  const { colors } = context
  const next = nextOf(result)
  const mark = outcome === 'succeeded' ? colors.green('✔') : colors.red('✘')
  const words = OUTCOMES[outcome]
  return [
    `${mark} ${colors.bold(topology)} ${operation}: ${words} ${colors.dim(`(revision ${revision}, ${humanDuration(durationMs)})`)}`,
    ...(error === undefined ? [] : errorLines(next === null ? error : withoutLogsHint(error), context, output)),
    ...warnings.map((warning) => `${colors.yellow('!')} ${warning}`),
    ...(next === null ? [] : [`${colors.cyan('→')} next: ${next}`]),
  ]
}

/** Only commands that have something to say now. */
function nextOf(result: OperationResult): string | null {
  const { topology, outcome, error } = result
  switch (outcome) {
    case 'succeeded':
      return null
    case 'rolledBack':
      if (error?.code === 'ABORTED') return null
      return [logsHint(result), `fix the cause, then cul8er deploy ${topology}`]
        .filter((each) => each !== null)
        .join('; ')
    case 'held':
    case 'needsAttention':
      return `cul8er status ${topology} for the state of each instance`
    case 'failed':
      return error?.hint === undefined ? `cul8er plan ${topology} for what a deploy would change` : null
  }
}
