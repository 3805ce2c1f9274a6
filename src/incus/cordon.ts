import * as z from 'zod'
import type { IncusCommand } from './command.js'
import { query } from './query.js'

/** That nothing new is to be put on a host. It is kept on the host itself, for every topology and every control plane that uses it. */
export interface Cordon {
  /** ISO time; null: not known. */
  since: string | null
  /** In a person's words; null: none were given. */
  reason: string | null
  /** `user@machine`; null: not known. */
  by: string | null
}

/** Key of the host's own Incus configuration. */
export const CORDON_KEY = 'user.cul8er.cordoned'

/** Writes it on the host; null takes it off. Other keys stay as they are, and twice is harmless. */
export const setCordon = (cordon: Cordon | null): IncusCommand =>
  query('/1.0', {
    method: 'PATCH',
    data: { config: { [CORDON_KEY]: cordon === null ? '' : JSON.stringify(cordon) } },
  })

/** What is written on a host. A person may have set the key by hand, to any text. */
export function parseCordon(value = ''): Cordon | null {
  if (value === '') return null
  const found = cordon.safeParse(jsonOr(value))
  return found.success ? found.data : { since: null, reason: oneLine(value), by: null }
}

/** Characters: it goes into plans, histories and what notifiers are told, and whoever is on the host may have written anything. */
const LONGEST = 300

/** Without control characters and what reorders or hides text. */
const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST)

const cordon = z.object({
  since: z.iso.datetime().nullable().catch(null),
  reason: z.string().transform(oneLine).nullable().default(null),
  by: z.string().transform(oneLine).nullable().default(null),
})

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `it is cordoned (disk fails)`, as it follows the host's name. */
export const cordonWords = ({ reason }: Pick<Cordon, 'reason'>): string =>
  `it is cordoned${reason === null ? '' : ` (${reason})`}`
