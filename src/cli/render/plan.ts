import type { Action, Change, Plan } from '../../plan/model.js'
import { fromWords } from '../../plan/image-copies.js'
import { someOf } from '../../some-of.js'
import { durationWords } from '../../topology/units.js'
import type { Palette } from '../palette.js'
import { procedureLines } from './procedure.js'

/** A plan for people: a sign and a line for each change, its reasons below; then the stages in which it is carried out. */
export function planText(
  { topology, changes, notes, empty, procedure, ...beside }: Omit<Plan, 'fingerprint'>,
  colors: Palette,
  columns = 80,
): string {
  const remarks = notes.map((note) => `${colors.yellow('!')} ${note}`)
  if (empty) return [`${colors.green('✔')} ${topology}: nothing to change`, ...remarks].join('\n')
  const stages = procedure === undefined ? [] : procedureLines(procedure, { columns, colors })
  return [
    `${colors.bold(topology)}: ${countText(changes)}`,
    ...changesLines(changes, colors),
    ...besideLines(beside, colors),
    ...(stages.length === 0 ? [] : ['', colors.dim('in this order:'), ...stages]),
    ...(stages.length === 0 || remarks.length === 0 ? [] : ['']),
    ...remarks,
  ].join('\n')
}

/** The changes alone. */
export const changesLines = (changes: Change[], colors: Palette): string[] =>
  changes.flatMap((change) => changeLines(change, colors))

/** What goes with the changes: what is made and fetched first, and what is kept. */
function besideLines(
  { standby, edges = [], copies = [], downloads = [] }: Pick<Plan, 'standby' | 'edges' | 'copies' | 'downloads'>,
  colors: Palette,
): string[] {
  return [
    ...copies.map(
      ({ image, host, from, sizeBytes }) =>
        `  ${colors.cyan('↓')} image ${colors.bold(image)} on ${host}: copied from ${fromWords({ from, sizeBytes })}`,
    ),
    ...downloads.map(({ image, host }) => `  ${colors.cyan('↓')} download image ${colors.bold(image)} to ${host}`),
    ...edges.map(
      ({ instance, image, host }) =>
        `  ${colors.green('+')} create the load balancer ${colors.bold(instance)} on ${host}, from image ${image}`,
    ),
    ...(standby === undefined
      ? []
      : [
          `  ${colors.cyan('=')} keep ${colors.bold(someOf(standby.instances, MOST_NAMES))} for ${durationWords(standby.forMs)}, for an instant switch back`,
        ]),
  ]
}

const MOST_NAMES = 8

/** `2 to create, 1 to update`. */
export function countText(changes: Change[]): string {
  const counts = new Map<Action, number>()
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1)
  return [...counts].map(([action, count]) => `${count} to ${action}`).join(', ')
}

function changeLines(change: Change, colors: Palette): string[] {
  const { action, instance, reasons, drift, replaces, placement } = change
  const host = change.site === undefined ? change.host : `${change.host} at ${change.site}`
  const [mark, color] = SIGNS[action]
  const extra = [drift ? 'drift' : '', replaces === undefined ? '' : `replaces ${replaces}`].filter(
    (word) => word !== '',
  )
  const remark = extra.length === 0 ? '' : colors.dim(` (${extra.join(', ')})`)
  return [
    `  ${colors[color](mark)} ${action} ${colors.bold(instance)} ${action === 'move' ? 'to' : 'on'} ${host}${remark}`,
    ...reasons.map((reason) => colors.dim(`      ${reason}`)),
    ...(placement === undefined ? [] : [colors.dim(`      on ${change.host}: ${placement}`)]),
  ]
}

const SIGNS: Record<Action, [sign: string, color: 'green' | 'yellow' | 'red' | 'cyan' | 'magenta']> = {
  create: ['+', 'green'],
  update: ['~', 'yellow'],
  replace: ['±', 'magenta'],
  move: ['→', 'magenta'],
  delete: ['-', 'red'],
  start: ['▶', 'cyan'],
  restart: ['↻', 'cyan'],
}
