import { Cul8erError } from '../../errors.js'
import { shownHop, type Hop } from './hop.js'
import { said } from './said.js'

/** What ssh2 says of a connection that did not come about. */
export interface ConnectFailure {
  message: string
  /** Of the system, such as ECONNREFUSED. */
  code?: string | undefined
  /** Which part of ssh2 says it. */
  level?: string | undefined
}

export interface ConnectContext {
  /** The host of the topology that it is for. */
  host: string
  hop: Hop
  /** The machine that is jumped over; null: from this machine. */
  from: Hop | null
  /** What was tried, and what was not. */
  tried: readonly string[]
  unused: readonly string[]
  /** What the server takes, once it said so. */
  methods: readonly string[] | null
}

/**
 * Why a host cannot be logged in to, and what to do. `details.errno` stays free: that is what a probe takes for the app's own refusal, and
 * so do the words "connection refused" and "connection reset".
 */
export function connectError(failure: ConnectFailure, context: ConnectContext): Cul8erError {
  const { host, hop, from } = context
  const where = `${shownHop(hop)}${from === null ? '' : ` by way of ${shownHop(from)}`}`
  const details = { host, ...(failure.code === undefined ? {} : { ssh: failure.code }) }
  if (failure.level === 'client-authentication' || context.methods !== null) return loginRefused(failure, context)
  const { what, hint } = reason(failure, context)
  return new Cul8erError('UNREACHABLE', `host ${host} cannot be reached at ${where}: ${what}`, { hint, details })
}

function reason(
  { code, level, message }: ConnectFailure,
  { hop, from }: ConnectContext,
): { what: string; hint: string } {
  const there = from === null ? 'from the machine of the worker' : `from ${from.name}`
  const known = code === undefined ? undefined : OF_SYSTEM[code]
  if (known !== undefined) return { what: known.what(hop), hint: known.hint(hop, there) }
  if (level === 'client-timeout')
    return {
      what: 'no answer within 10 s',
      hint: `is it up, and may port ${hop.port} be reached ${there}? Try \`ssh ${shownForSsh(hop)} true\``,
    }
  if (level === 'handshake' || /handshake/i.test(message))
    return {
      what: `what answers there does not get on with cul8er: ${plainly(message)}`,
      hint: `is it an SSH server? Try \`ssh -v ${shownForSsh(hop)} true\` ${there}`,
    }
  return { what: plainly(message), hint: `try \`ssh -v ${shownForSsh(hop)} true\` ${there}` }
}

interface Known {
  what: (hop: Hop) => string
  hint: (hop: Hop, there: string) => string
}

const notFound: Known = {
  what: ({ address }) => `the name ${address} is not found`,
  hint: ({ name }) => `correct the address, or give ${name} a HostName in ~/.ssh/config where the worker is`,
}
const noRoute: Known = {
  what: () => 'no route leads there',
  hint: ({ address }, there) => `is the machine up, and is there a route to ${address} ${there}?`,
}
const OF_SYSTEM: Record<string, Known> = {
  ENOTFOUND: notFound,
  EAI_AGAIN: { ...notFound, what: ({ address }) => `the name ${address} could not be looked up` },
  ECONNREFUSED: {
    what: ({ port }) => `nothing listens at port ${port}`,
    hint: (_, there) => `does sshd run there, at this port? A firewall may refuse it ${there}, too`,
  },
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  ETIMEDOUT: { what: () => 'no answer', hint: noRoute.hint },
  ECONNRESET: {
    what: () => 'it ended the connection at once',
    hint: () =>
      "sshd may have too many connections that are logging in (MaxStartups), or refuse this machine's address",
  },
}

/** Words that a probe would take for the app's. */
const plainly = (message: string): string =>
  said(message)
    .replace(/connection refused/gi, 'nothing listens there')
    .replace(/connection reset/gi, 'it ended the connection')

const shownForSsh = ({ user, address, port }: Hop): string => `${port === 22 ? '' : `-p ${port} `}${user}@${address}`

function loginRefused({ message }: ConnectFailure, { host, hop, tried, unused, methods }: ConnectContext): Cul8erError {
  const keys = tried.length === 0 ? 'there is no key to try' : `tried ${tried.join(', ')}`
  const takes = methods === null || methods.length === 0 ? '' : `; the server takes ${said(methods.join(', '))}`
  const left = unused.length === 0 ? '' : `; not tried: ${unused.join(', ')}`
  const many = /too many authentication failures/i.test(message)
  return new Cul8erError('PERMISSION', `host ${host}: the login ${shownHop(hop)} was refused: ${keys}${takes}${left}`, {
    hint: many
      ? 'the server gives up after some keys: name the right one in credentials.ssh.key, or use IdentitiesOnly in ~/.ssh/config'
      : methods?.includes('publickey') === false
        ? 'the server takes no keys: set PubkeyAuthentication yes in its sshd_config'
        : `put the public key into ~/.ssh/authorized_keys of ${hop.user} there (\`ssh-copy-id\`), or name another key in credentials.ssh.key`,
    details: { host },
  })
}
