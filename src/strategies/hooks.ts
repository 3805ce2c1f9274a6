import type { Lane, Stage } from '../contracts/index.js'
import type { OperationHooks } from '../topology/hooks.js'
import type { Hook } from '../topology/model.js'

/** The stages of an operation's hooks; each empty where there are none. */
export interface HookStages {
  /** Before anything is changed. */
  before: Stage[]
  /** When all serves, while it can still be taken back: those whose failure takes the operation back. */
  required: Stage[]
  /** At the end: what fails is a warning. */
  after: Stage[]
}

/**
 * Where hooks stand in a procedure: one after another, in the order of the file.
 * @param force - one that fails before does not end the operation
 */
export function hookStages(hooks: OperationHooks | null | undefined, { force = false } = {}): HookStages {
  if (hooks == null) return { before: [], required: [], after: [] }
  const { before, after } = hooks
  const all = numbered(after.hooks)
  return {
    before: stage(before.name, numbered(before.hooks), { changesNothing: true, onFailure: force ? 'warn' : 'stop' }),
    required: stage(
      after.name,
      all.filter(({ hook }) => hook.required === true),
    ),
    after: stage(
      after.name,
      all.filter(({ hook }) => hook.required !== true),
      { onFailure: 'warn' },
    ),
  }
}

const numbered = (hooks: readonly Hook[]) => hooks.map((hook, index) => ({ hook, number: index + 1 }))

/** One lane each, one at a time: where a failure is a warning, the next one runs all the same. */
function stage(
  name: OperationHooks['before']['name'],
  hooks: { hook: Hook; number: number }[],
  how: Pick<Stage, 'onFailure' | 'changesNothing'> = {},
): Stage[] {
  if (hooks.length === 0) return []
  const lanes = hooks.map(({ hook, number }): Lane => ({ steps: [{ kind: 'hook', name, number, hook }] }))
  return [{ name: `${name} hooks`, lanes, atOnce: 1, ...how }]
}
