import { Cul8erError } from '../../errors.js'
import { parseBare } from '../kinds/bare.js'
import type { Hop } from './hop.js'
import { expanded, tokens, type Surroundings } from './expanded.js'

/** What OpenSSH's configuration says for a host: names in lower case, each with its words. */
export type ConfigFor = (host: string, user: string | null) => Record<string, string | readonly string[] | undefined>

export interface RouteOptions extends Surroundings {
  /** Of the topology; null: as the configuration says. */
  key: string | null
  configFor: ConfigFor
}

/**
 * The machines to log in to, one through the other, from `[user@]host[:port]` and OpenSSH's configuration. The last one is the host. Pure.
 * @throws Cul8erError INVALID_TOPOLOGY for what cannot be followed
 */
export function routeTo(address: string, options: RouteOptions): Hop[] {
  return follow(address, { ...options, passed: [], jump: false })
}

const MOST_HOPS = 8

interface Following extends RouteOptions {
  passed: readonly string[]
  jump: boolean
}

function follow(written: string, options: Following): Hop[] {
  const { configFor, passed } = options
  if (passed.includes(written) || passed.length >= MOST_HOPS)
    throw notFollowed(`ProxyJump leads back to where it began: ${[...passed, written].join(' -> ')}`)
  const login = read(written)
  const config = configFor(login.host, login.user)
  if (one(config.proxycommand) !== undefined && one(config.proxycommand)?.toLowerCase() !== 'none')
    throw notFollowed(`ProxyCommand for ${login.host} is not supported`, 'use ProxyJump there')
  const [...jumps] = jumpsOf(one(config.proxyjump))
  const here = { ...options, passed: [...passed, written], jump: true }
  return [...through(jumps, { ...here, key: null }), hopOf(login, config, options)]
}

/** Of several jumps the first alone is reached by its own configuration: the others are reached through the one before. */
function through(jumps: readonly string[], options: Following): Hop[] {
  return jumps.flatMap((jump, at) => {
    if (at === 0) return follow(jump, options)
    const login = read(jump)
    return [hopOf(login, options.configFor(login.host, login.user), options)]
  })
}

function hopOf(login: Login, config: ReturnType<ConfigFor>, { key, home, user: self, env, jump }: Following): Hop {
  // To leave it out would be to accept keys that somebody has withdrawn.
  if ((one(config.revokedhostkeys) ?? 'none').toLowerCase() !== 'none')
    throw notFollowed(
      `RevokedHostKeys for ${login.host} is not supported`,
      'name the keys in a file of known hosts instead, each after @revoked',
    )
  const user = login.user ?? one(config.user) ?? self
  const address = tokens(one(config.hostname) ?? login.host, { h: login.host })
  const port = login.port ?? Number(one(config.port) ?? 22)
  const known = { h: address, n: login.host, r: user, u: self, p: String(port), d: home }
  const path = (written: string): string => expanded(written, { home, env, known })
  const files = key === null ? many(config.identityfile).map(path) : []
  const agent = one(config.identityagent) ?? 'SSH_AUTH_SOCK'
  return {
    name: login.host,
    jump,
    address,
    port,
    user,
    keys:
      key !== null
        ? [{ path: path(key), from: 'topology' }]
        : files.length > 0
          ? files.map((each) => ({ path: each, from: 'config' }))
          : USUAL_KEYS.map((name) => ({ path: `${home}/.ssh/${name}`, from: 'usual' })),
    agent: agent === 'SSH_AUTH_SOCK' ? (env.SSH_AUTH_SOCK ?? null) : agent === 'none' ? null : path(agent),
    onlyKeys: key !== null || one(config.identitiesonly)?.toLowerCase() === 'yes',
    alias: one(config.hostkeyalias) ?? null,
    knownHosts: [
      ...words(config.userknownhostsfile, ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
      ...words(config.globalknownhostsfile, ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
    ].map(path),
  }
}

// Those of OpenSSH whose files ssh2 can read.
const USUAL_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa']

interface Login {
  user: string | null
  host: string
  port: number | null
}

function read(written: string): Login {
  const [, user = null, rest = ''] = /^(?:ssh:\/\/)?(?:([^@]+)@)?(.*?)\/?$/.exec(written) ?? []
  const bare = parseBare(rest)
  if (bare === null) throw notFollowed(`${JSON.stringify(written)} is not [user@]host[:port]`)
  return { user, host: bare.host.replace(/^\[|\]$/g, ''), port: bare.port }
}

const jumpsOf = (written: string | undefined): string[] =>
  written === undefined || written.toLowerCase() === 'none' ? [] : written.split(',').map((jump) => jump.trim())

const many = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

const one = (value: string | readonly string[] | undefined): string | undefined => many(value)[0]

const words = (value: string | readonly string[] | undefined, usual: readonly string[]): readonly string[] =>
  value === undefined
    ? usual
    : many(value)
        .flatMap((each) => each.split(/\s+/))
        .filter((each) => each !== 'none')

const notFollowed = (what: string, hint = 'correct ~/.ssh/config'): Cul8erError =>
  new Cul8erError('INVALID_TOPOLOGY', `the SSH configuration cannot be followed: ${what}`, { hint })
