import { hostname, userInfo } from 'node:os'
import type { Requester } from '../contracts/index.js'

/** Where and how a command was typed; values of secrets are never among the options. */
export type Typed = Pick<Requester, 'directory' | 'options'>

/** Who asks, from this process. */
export function requester(typed: Typed = {}): Requester {
  return { who: `${user()}@${hostname()}`, directory: process.cwd(), ...typed }
}

// A user id without a name, as in some containers.
function user(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? String(process.getuid?.() ?? 'unknown')
  }
}
