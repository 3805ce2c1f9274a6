import type { MachineFacts } from '../../host-setup/facts.js'
import type { SetupStep } from '../../host-setup/plan.js'
import { shellLine } from '../../hosts/ssh/quote.js'
import { sizeWords } from '../../topology/units.js'
import type { Palette } from '../palette.js'

/** `web: Debian GNU/Linux 12 (bookworm), as root, 24GiB free, no Incus`. */
export function foundText(host: string, { os, user, root, freeMiB, incus }: MachineFacts, colors: Palette): string {
  const has = [
    os.name,
    root === 'login' ? `as ${user}` : root === 'sudo' ? `as ${user} with sudo` : `as ${user}, who is not root`,
    `${sizeWords(freeMiB)} free`,
    incus === null
      ? 'no Incus'
      : incus.silent === null
        ? `Incus ${incus.version}`
        : `Incus, which does not answer: ${incus.silent.replace(/^Error: /, '')}`,
  ]
  return `${colors.bold(host)}: ${has.join(', ')}`
}

/** A line a step, with the programs below it. */
export function stepsText(steps: readonly SetupStep[], colors: Palette, { commands }: { commands: boolean }): string {
  if (steps.length === 0) return 'nothing to do'
  return steps
    .flatMap((step) => [
      `  ${colors.green('+')} ${step.words}`,
      ...(commands ? commandLines(step).map((line) => colors.dim(`      ${line}`)) : []),
    ])
    .join('\n')
}

/** What a step would run, as one would type it. */
export const commandLines = ({ commands }: SetupStep): string[] =>
  commands.map(({ argv, input }) => {
    const line = shellLine(argv)
    return input === undefined ? line : `printf %s ${shellLine([input]).replaceAll('\n', '\\n')} | ${line}`
  })
