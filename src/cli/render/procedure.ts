import type { ProcedureView } from '../../plan/model.js'
import type { Palette } from '../palette.js'
import { wrapped } from './wrapped.js'

/** More than fit on a screen are counted. */
const MOST_STAGES = 20
const MOST_LANES = 5
const MOST_NAMES = 8

/**
 * The stages of a procedure in their order, each with what runs side by side: lanes with the same steps are one line. Wraps between
 * words.
 */
export function procedureLines(
  { stages }: ProcedureView,
  { columns, colors }: { columns: number; colors: Palette },
): string[] {
  // The end of a long one is always the same few stages: its middle is what is left out.
  const head = stages.length <= MOST_STAGES ? stages.length : MOST_STAGES - LAST_STAGES
  const shown = stages.map((stage, i) => ({ stage, number: i + 1 }))
  const lines = (part: typeof shown): string[] =>
    part.flatMap(({ stage, number }) => stageLines(stage, `${number}.`.padStart(width + 1), { columns, colors }))
  const width = String(stages.length).length
  if (head === stages.length) return lines(shown)
  return [
    ...lines(shown.slice(0, head)),
    colors.dim(`${' '.repeat(width + 4)}… ${stages.length - MOST_STAGES} more stages; --json shows all`),
    ...lines(shown.slice(-LAST_STAGES)),
  ]
}

const LAST_STAGES = 5

type Stage = ProcedureView['stages'][number]

function stageLines(
  { name, lanes }: Stage,
  number: string,
  { columns, colors }: { columns: number; colors: Palette },
): string[] {
  const title = `  ${number} ${name}`
  const indent = ' '.repeat(number.length + 3)
  const groups = together(lanes)
  const [only] = groups
  const lines =
    groups.length === 1 && only !== undefined
      ? wrapped(`${title}: ${groupText(only)}`, indent, columns)
      : [
          `${title}:`,
          ...groups
            .slice(0, MOST_LANES)
            .flatMap((group) => wrapped(`${indent}${groupText(group)}`, `${indent}  `, columns)),
          ...(groups.length > MOST_LANES ? [`${indent}… ${groups.length - MOST_LANES} more beside them`] : []),
        ]
  return lines.map((line, i) =>
    i === 0 && line.startsWith(title) ? colors.bold(title) + line.slice(title.length) : line,
  )
}

interface Group {
  instances: string[]
  steps: string[]
}

/** Lanes with the same steps, in the order of the first of each. */
function together(lanes: Stage['lanes']): Group[] {
  const groups = new Map<string, Group>()
  for (const { instance, steps } of lanes) {
    const key = JSON.stringify(steps)
    const group = groups.get(key) ?? { instances: [], steps }
    groups.set(key, group)
    if (instance !== null) group.instances.push(instance)
  }
  return [...groups.values()]
}

function groupText({ instances, steps }: Group): string {
  const more = instances.length - MOST_NAMES
  const names = more > 1 ? [...instances.slice(0, MOST_NAMES), `${more} more`] : instances
  const said = steps.join(', ')
  return names.length === 0 ? said : `${names.join(', ')}: ${said}`
}
