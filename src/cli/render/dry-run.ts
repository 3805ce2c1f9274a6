import type { DryStep } from '../../contracts/inspect.js'
import { briefArgs } from '../../releases/commands.js'
import { quoted } from '../../shell/words.js'
import type { Palette } from '../palette.js'

/** A dry run for people: what it is for, then the command as it would be typed. */
export const dryLines = (steps: DryStep[], { dim }: Pick<Palette, 'dim'>): string[] =>
  steps.flatMap((step) => [dim(`# ${step.instance} on ${step.host}: ${step.step}`), ...commandText(step)])

/** A step for `--json`, with its whole command line. */
export const dryObject = ({ instance, host, step, args, stdin }: DryStep): object => ({
  instance,
  host,
  step,
  command: args === null ? null : ['incus', ...args],
  ...(stdin === undefined ? {} : { stdin }),
})

function commandText({ args, stdin }: DryStep): string[] {
  if (args === null) return []
  return [`${['incus', ...briefArgs(args)].map(typed).join(' ')}${stdin === undefined ? '' : ` < ${stdin}`}`]
}

/** A word as a POSIX shell takes it. */
const typed = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) || word === '…' ? word : quoted(word))
