import type { Check } from '../doctor/check.js'
import type { Palette } from '../palette.js'

/** A line a check, with what to do below it. */
export function checksText(checks: readonly Check[], colors: Palette, width: number): string {
  const lines = checks.flatMap(({ name, outcome, found, hint }) => [
    `${sign(outcome, colors)} ${name.padEnd(width)} ${found}`,
    ...(hint === undefined ? [] : [`  ${' '.repeat(width)} ${colors.cyan('→')} ${hint}`]),
  ])
  return lines.join('\n')
}

const sign = (outcome: Check['outcome'], colors: Palette): string =>
  outcome === 'ok' ? colors.green('✔') : outcome === 'warning' ? colors.yellow('!') : colors.red('✘')
