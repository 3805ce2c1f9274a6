import { Cul8erError } from '../errors.js'
import type { Context } from './context.js'

/**
 * What changes things needs a person, or `--yes`.
 * @throws Cul8erError USAGE when there is neither
 */
export function needsConsent({ terminal, json }: Context, { yes }: { yes?: boolean }): void {
  if (yes === true || (terminal.interactive && !json)) return
  throw new Cul8erError('USAGE', 'confirmation required, but no terminal is attached', {
    hint: 'pass --yes to confirm beforehand',
  })
}

/** Asks, unless `--yes` answered already; says what follows from a no. */
export async function agrees(context: Context, { yes }: { yes?: boolean }, message: string): Promise<boolean> {
  needsConsent(context, { yes })
  if (yes === true) return true
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message, initialValue: false })
  if (!isCancel(answer) && answer) return true
  context.tell('nothing was changed')
  return false
}
