import { describe, expect, it } from 'vitest'
import { connectionOutcome } from '../../../../src/health/connection-errors.js'
import { channelRefusal } from '../../../../src/hosts/ssh/channel-refusal.js'
import { connectError, type ConnectFailure } from '../../../../src/hosts/ssh/connect-error.js'
import type { Hop } from '../../../../src/hosts/ssh/hop.js'

const hop = (name: string, port = 22): Hop => ({
  ...{ name, jump: false, address: name, port, user: 'ann', keys: [], agent: null },
  ...{ onlyKeys: false, alias: null, knownHosts: [] },
})

describe('a host that cannot be reached', () => {
  it.each<[ConnectFailure, string]>([
    [{ message: 'x', code: 'ENOTFOUND' }, 'the name box is not found'],
    [{ message: 'connect ECONNREFUSED 10.0.0.1:22', code: 'ECONNREFUSED' }, 'nothing listens at port 22'],
    [{ message: 'x', code: 'EHOSTUNREACH' }, 'no route leads there'],
    [{ message: 'x', code: 'ENETUNREACH' }, 'no route leads there'],
    [{ message: 'x', code: 'ETIMEDOUT' }, 'no answer'],
    [{ message: 'x', code: 'ECONNRESET' }, 'it ended the connection at once'],
    [{ message: 'Timed out while waiting for handshake', level: 'client-timeout' }, 'no answer within 10 s'],
    [
      { message: 'Connection lost before handshake', level: 'protocol' },
      'what answers there does not get on with cul8er: Connection lost before handshake',
    ],
    [{ message: 'Connection refused, connection reset' }, 'nothing listens there, it ended the connection'],
  ])('%j', (failure, what) => {
    const error = connectError(failure, {
      host: 'web',
      hop: hop('box'),
      from: null,
      tried: [],
      unused: [],
      methods: null,
    })
    expect(error).toMatchObject({ code: 'UNREACHABLE', message: `host web cannot be reached at ann@box: ${what}` })
    expect(error.hint).toMatch(/\w/)
    // A probe must not take it for the app's refusal.
    expect(connectionOutcome(error)).toEqual({ outcome: 'error', message: error.message })
  })

  it('names the machine on the way', () => {
    const context = { host: 'web', hop: hop('box', 2222), from: hop('gate'), tried: [], unused: [], methods: null }
    const { message, hint } = connectError({ message: 'x', code: 'EHOSTUNREACH' }, context)
    expect(message).toBe('host web cannot be reached at ann@box:2222 by way of ann@gate: no route leads there')
    expect(hint).toContain('from gate')
  })

  it.each<[readonly string[], readonly string[] | null, string, string]>([
    [
      ['k1 (SHA256:a)', 'k2 (SHA256:b)'],
      ['publickey', 'password'],
      'tried k1 (SHA256:a), k2 (SHA256:b); the server takes publickey, password',
      'authorized_keys',
    ],
    [[], ['publickey'], 'there is no key to try; the server takes publickey', 'authorized_keys'],
    [['k1'], ['password'], 'tried k1; the server takes password', 'PubkeyAuthentication'],
  ])('login refused: %j, %j', (tried, methods, says, hint) => {
    const error = connectError(
      { message: 'All configured authentication methods failed', level: 'client-authentication' },
      { host: 'web', hop: hop('box'), from: null, tried, unused: [], methods },
    )
    expect(error).toMatchObject({ code: 'PERMISSION', message: `host web: the login ann@box was refused: ${says}` })
    expect(error.hint).toContain(hint)
  })

  it.each<[ConnectFailure, readonly string[] | null]>([
    [{ message: 'x'.repeat(30_000) }, null],
    [{ message: 'handshake '.repeat(3_000), level: 'handshake' }, null],
    [{ message: 'no', level: 'client-authentication' }, Array.from({ length: 5_000 }, (_, at) => `method${at}`)],
  ])('what a server says is cut: %#', (failure, methods) => {
    const context = { host: 'web', hop: hop('box'), from: null, tried: [], unused: [], methods }
    expect(connectError(failure, context).message.length).toBeLessThan(1_000)
  })

  it('a server that gives up says what to do', () => {
    const error = connectError(
      { message: 'Too many authentication failures', level: 'protocol' },
      { host: 'web', hop: hop('box'), from: null, tried: ['a'], unused: ['b is encrypted'], methods: ['publickey'] },
    )
    expect(error.message).toContain('not tried: b is encrypted')
    expect(error.hint).toContain('IdentitiesOnly')
  })
})

describe('a channel that is not opened', () => {
  it.each<[string, unknown, object]>([
    [
      '(SSH) Channel open failure: Connection refused',
      2,
      { is: 'failed', errno: 'ECONNREFUSED', text: 'Connection refused' },
    ],
    ['(SSH) Channel open failure: No route to host', 2, { is: 'failed', errno: 'EHOSTUNREACH' }],
    ['(SSH) Channel open failure: Host is unreachable', 2, { is: 'failed', errno: 'EHOSTUNREACH' }],
    ['(SSH) Channel open failure: Network is unreachable', 2, { is: 'failed', errno: 'ENETUNREACH' }],
    ['(SSH) Channel open failure: Connection timed out', 2, { is: 'failed', errno: 'ETIMEDOUT' }],
    ['(SSH) Channel open failure: open failed', 2, { is: 'failed', text: '' }],
    ['(SSH) Channel open failure: open failed', 1, { is: 'forbidden', text: '' }],
    ['(SSH) Channel open failure: ', 3, { is: 'forbidden' }],
    ['(SSH) Channel open failure: server closed channel unexpectedly', '', { is: 'lost' }],
    ['No response from server', undefined, { is: 'lost' }],
  ])('%s, %s', (message, reason, expected) =>
    expect(channelRefusal(Object.assign(new Error(message), { reason }))).toMatchObject(expected),
  )

  it('what the server says of it is cut', () => {
    const error = Object.assign(new Error(`(SSH) Channel open failure: ${'x'.repeat(30_000)}`), { reason: 2 })
    expect(channelRefusal(error).text).toBe(`${'x'.repeat(500)}…`)
  })
})
