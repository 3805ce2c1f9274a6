import { Cul8erError } from '../errors.js'
import type { Context } from './context.js'

/**
 * What changes things needs a person, or `--yes`.
 * @throws Cul8erError USAGE when there is neither
 */
export function needsConsent({ terminal, json }: Context, { yes }: { yes?: boolean }): void {
  if (yes === true || (terminal.interactive && !json)) return
  throw new Cul8erError('USAGE', 'this changes things, and nobody is there to ask', {
    hint: 'add --yes to agree beforehand',
  })
}

/** Asks, unless `--yes` answered already. */
export async function agrees(context: Context, { yes }: { yes?: boolean }, message: string): Promise<boolean> {
  needsConsent(context, { yes })
  if (yes === true) return true
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message, initialValue: false })
  return !isCancel(answer) && answer
}
