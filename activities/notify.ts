import { noticeKey, type Activities, type Recipient } from '../src/contracts/index.js'
import { NOTIFIERS } from '../src/notifiers/notifiers.js'
import { tellBy } from '../src/notifiers/tellers.js'
import { NOTIFIERS_PLACE } from '../src/secrets/notifier-key.js'
import { resolveSecret } from '../src/secrets/resolve.js'
import { openWithAny, secretContext } from '../src/secrets/seal.js'
import type { ActivityDeps } from './deps.js'
import { rememberSecret } from './secrets.js'
import { step } from './step.js'

/** Telling somebody of an event. */
export function notifyActivities(deps: ActivityDeps): Pick<Activities, 'tell'> {
  return {
    tell: step(async ({ event, to }, signal) => {
      const secret = await openedSecret(event.topology, to, deps, signal)
      await tellBy(to.to, { event, key: noticeKey(event), secret, signal })
    }),
  }
}

/** The clear value of the secret that a notifier needs: opened where a command sealed it, else resolved now. null: it needs none. */
async function openedSecret(
  topology: string,
  { to, sealed }: Recipient,
  { sealKey, formerKeys }: ActivityDeps,
  signal: AbortSignal,
): Promise<string | null> {
  const ref = NOTIFIERS.secret(to)
  if (ref === null) return null
  const name = ref.key ?? ''
  const context = secretContext(topology, NOTIFIERS_PLACE, name)
  const value =
    sealed === undefined
      ? await resolveSecret(ref, name, { env: process.env, signal })
      : openWithAny(sealed, [sealKey, ...formerKeys], context)
  rememberSecret(context, value)
  return value
}
