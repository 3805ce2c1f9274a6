import type { Change } from '../plan/model.js'
import type { Underway } from './doing.js'
import type { OperationResult, Position, Progress, StepRecord } from '../contracts/index.js'

/** What happens in an operation, as a program or a terminal follows it. */
export type RunEvent =
  | { type: 'planned'; changes: Change[] }
  | { type: 'step'; phase: 'started' | 'ended'; step: StepRecord }
  /** Where it is in its procedure. */
  | { type: 'stage'; position: Position }
  /** The step in words. */
  | { type: 'says'; words: string }
  /** A person may say something now: `promote or abort`. */
  | { type: 'waiting'; for: string }
  /** What steps under way do now; what is not named has nothing to say. */
  | { type: 'doing'; doing: Underway[] }
  | { type: 'ended'; result: OperationResult }

/** What happened between two looks at an operation, in the order in which it did. */
export function eventsBetween(before: Progress | null, after: Progress): RunEvent[] {
  const seen = new Map(before?.steps.map((step) => [keyOf(step), step.outcome]))
  const steps = after.steps.flatMap((step) => stepEvents(seen.get(keyOf(step)), step))
  const planned = (before?.changes.length ?? 0) === 0 && after.changes.length > 0
  // Planning is a step itself: what it found comes with its end.
  const planEnd = planned ? steps.findIndex((event) => event.type === 'step' && event.phase === 'ended') + 1 : 0
  const stage = stageEvent(before?.position, after.position)
  const stageAt = Math.max(planEnd, stage.length === 0 ? 0 : firstOf(steps, after.position?.since))
  return [
    ...steps.slice(0, planEnd),
    ...(planned ? [{ type: 'planned' as const, changes: after.changes }] : []),
    ...steps.slice(planEnd, stageAt),
    ...stage,
    ...steps.slice(stageAt),
    ...(after.step !== before?.step ? [{ type: 'says' as const, words: after.step }] : []),
    ...(after.waitingFor !== null && after.waitingFor !== before?.waitingFor
      ? [{ type: 'waiting' as const, for: after.waitingFor }]
      : []),
  ]
}

function stageEvent(before: Position | null = null, after: Position | null = null): RunEvent[] {
  if (after === null || after.stage === 0 || (after.stage === before?.stage && after.name === before.name)) return []
  return [{ type: 'stage', position: after }]
}

/** Where a stage's own steps begin: behind all of them where nobody knows since when it goes on. */
function firstOf(steps: readonly RunEvent[], since: string | undefined): number {
  const first =
    since === undefined ? -1 : steps.findIndex((event) => event.type === 'step' && event.step.startedAt >= since)
  return first < 0 ? steps.length : first
}

// Wide operations drop old steps, so a place in the list names none.
const keyOf = ({ name, instance, startedAt }: StepRecord): string => [name, instance ?? '', startedAt].join('\n')

function stepEvents(before: StepRecord['outcome'] | undefined, step: StepRecord): RunEvent[] {
  if (before === step.outcome) return []
  const started = before === undefined ? [{ type: 'step' as const, phase: 'started' as const, step }] : []
  return isOpen(step) ? started : [...started, { type: 'step', phase: 'ended', step }]
}

/** Whether a step goes on since `ms` or longer. */
export const goesOnSince = ({ steps }: Progress, ms: number, nowMs: number): boolean =>
  steps.some((step) => isOpen(step) && nowMs - Date.parse(step.startedAt) >= ms)

const isOpen = ({ outcome }: StepRecord): boolean => outcome === 'running' || outcome === 'waiting'
