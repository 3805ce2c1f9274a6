import { hostname, userInfo } from 'node:os'
import type { Requester } from '../contracts/index.js'

/** Where and how a command was typed; values of secrets are never among the options. */
export type Typed = Pick<Requester, 'directory' | 'options'>

/** Who asks, from this process. */
export function requester(typed: Typed = {}): Requester {
  const { options, ...rest } = typed
  const short = options === undefined ? {} : { options: bounded(options) }
  return { who: `${user()}@${hostname()}`, directory: process.cwd(), ...rest, ...short }
}

/** Characters of all options: a ledger keeps them for 50 operations, and refuses what is longer than it keeps. */
const MOST = 8_000

function bounded(options: string[]): string[] {
  let left = MOST
  const kept = options.filter((option) => (left -= JSON.stringify(option).length + 1) >= 0)
  return kept.length === options.length ? options : [...kept, '…']
}

// A user id without a name, as in some containers.
function user(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? String(process.getuid?.() ?? 'unknown')
  }
}
