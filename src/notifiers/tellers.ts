import { Cul8erError } from '../errors.js'
import { tellByCommand } from './command/tell.js'
import type { NotifierChoice } from './notifiers.js'
import type { Teller, TellMeans } from './teller.js'
import { tellByWebhook } from './webhook/tell.js'

/** How each kind tells. */
export const TELLERS: { [Kind in NotifierChoice['kind']]: Teller<Extract<NotifierChoice, { kind: Kind }>> } = {
  webhook: tellByWebhook,
  command: tellByCommand,
}

/**
 * Tells somebody once.
 * @throws Cul8erError NOTIFIER saying how it failed; NOT_SUPPORTED_YET for a kind that this cul8er does not know; or the signal's reason
 */
export async function tellBy(choice: NotifierChoice, means: TellMeans): Promise<void> {
  const tell = Object.hasOwn(TELLERS, choice.kind) ? TELLERS[choice.kind] : undefined
  if (tell === undefined) {
    throw new Cul8erError('NOT_SUPPORTED_YET', `this cul8er knows no notifier ${String(choice.kind)}`)
  }
  await (tell as Teller<NotifierChoice>)(choice, means)
}
