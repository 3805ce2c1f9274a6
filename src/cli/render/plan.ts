import type { Action, Change, Plan } from '../../plan/model.js'
import type { Palette } from '../palette.js'
import { procedureLines } from './procedure.js'

/** A plan for people: a sign and a line for each change, its reasons below; then the stages in which it is carried out. */
export function planText(
  { topology, changes, notes, empty, procedure }: Pick<Plan, 'topology' | 'changes' | 'notes' | 'empty' | 'procedure'>,
  colors: Palette,
  columns = 80,
): string {
  const remarks = notes.map((note) => `${colors.yellow('!')} ${note}`)
  if (empty) return [`${colors.green('✔')} ${topology}: nothing to change`, ...remarks].join('\n')
  const stages = procedure === undefined ? [] : procedureLines(procedure, { columns, colors })
  return [
    `${colors.bold(topology)}: ${countText(changes)}`,
    ...changesLines(changes, colors),
    ...(stages.length === 0 ? [] : ['', colors.dim('in this order:'), ...stages]),
    ...(stages.length === 0 || remarks.length === 0 ? [] : ['']),
    ...remarks,
  ].join('\n')
}

/** The changes alone. */
export const changesLines = (changes: Change[], colors: Palette): string[] =>
  changes.flatMap((change) => changeLines(change, colors))

/** `2 to create, 1 to update`. */
export function countText(changes: Change[]): string {
  const counts = new Map<Action, number>()
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1)
  return [...counts].map(([action, count]) => `${count} to ${action}`).join(', ')
}

function changeLines({ action, instance, host, reasons, drift, replaces }: Change, colors: Palette): string[] {
  const [mark, color] = SIGNS[action]
  const extra = [drift ? 'drift' : '', replaces === undefined ? '' : `replaces ${replaces}`].filter(
    (word) => word !== '',
  )
  const remark = extra.length === 0 ? '' : colors.dim(` (${extra.join(', ')})`)
  return [
    `  ${colors[color](mark)} ${action} ${colors.bold(instance)} on ${host}${remark}`,
    ...reasons.map((reason) => colors.dim(`      ${reason}`)),
  ]
}

const SIGNS: Record<Action, [sign: string, color: 'green' | 'yellow' | 'red' | 'cyan' | 'magenta']> = {
  create: ['+', 'green'],
  update: ['~', 'yellow'],
  replace: ['±', 'magenta'],
  delete: ['-', 'red'],
  start: ['▶', 'cyan'],
  restart: ['↻', 'cyan'],
}
