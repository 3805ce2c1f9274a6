import { said } from './said.js'

/** Why a server did not open a channel, out of ssh2's error. */
export interface ChannelRefusal {
  is: 'forbidden' | 'failed' | 'lost'
  /** What the host's system says of the connection that was to be made; undefined: nothing, or nothing that is known. */
  errno?: string
  /** The server's own text; empty: it has none. */
  text: string
}

/** RFC 4254, 5.1. */
const PROHIBITED = 1
const UNKNOWN_TYPE = 3

/** Tells apart what ssh2 says where a channel is not opened. */
export function channelRefusal(error: Error & { reason?: unknown }): ChannelRefusal {
  const [, text = ''] = /^\(SSH\) Channel open failure: (.*)$/s.exec(error.message) ?? []
  if (typeof error.reason !== 'number') return { is: 'lost', text: '' }
  if (error.reason === PROHIBITED || error.reason === UNKNOWN_TYPE) return { is: 'forbidden', text: worded(text) }
  const errno = ERRNO.find(([words]) => words.test(text))?.[1]
  return { is: 'failed', text: worded(text), ...(errno === undefined ? {} : { errno }) }
}

/** OpenSSH says this where it has nothing to say. */
const worded = (text: string): string => (text === 'open failed' ? '' : said(text))

// strerror(3) of Linux's C library and of musl, as sshd hands it on.
const ERRNO: [RegExp, string][] = [
  [/connection refused/i, 'ECONNREFUSED'],
  [/no route to host|host is unreachable/i, 'EHOSTUNREACH'],
  [/network (is )?unreachable/i, 'ENETUNREACH'],
  [/connection timed out|operation timed out/i, 'ETIMEDOUT'],
  [/connection reset/i, 'ECONNRESET'],
  [/unknown host|name or service not known/i, 'ENOTFOUND'],
]
