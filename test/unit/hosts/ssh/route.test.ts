import { describe, expect, it } from 'vitest'
import { configOf } from '../../../../src/hosts/ssh/config.js'
import { routeTo } from '../../../../src/hosts/ssh/route.js'

const around = { home: '/home/me', user: 'me', env: { SSH_AUTH_SOCK: '/agent', KEYS: '/keys' } }
const route = async (address: string, config = '', key: string | null = null) =>
  routeTo(address, { ...around, key, configFor: await configOf([{ within: [], text: config }]) })
const usual = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => ({ path: `/home/me/.ssh/${name}`, from: 'usual' }))

describe('the way to a host', () => {
  it('without a configuration', async () =>
    expect(await route('deploy@10.0.0.1:2222')).toEqual([
      {
        name: '10.0.0.1',
        jump: false,
        address: '10.0.0.1',
        port: 2222,
        user: 'deploy',
        keys: usual,
        agent: '/agent',
        onlyKeys: false,
        alias: null,
        knownHosts: [
          '/home/me/.ssh/known_hosts',
          '/home/me/.ssh/known_hosts2',
          '/etc/ssh/ssh_known_hosts',
          '/etc/ssh/ssh_known_hosts2',
        ],
      },
    ]))

  it.each<[string, string, string, object]>([
    ['a name alone', 'web', '', { address: 'web', port: 22, user: 'me' }],
    ['IPv6', 'root@[2001:db8::1]:22', '', { address: '2001:db8::1', port: 22, user: 'root' }],
    [
      'HostName, Port, User',
      'web',
      'Host web\n HostName 10.1.1.1\n Port 2200\n User ann',
      { address: '10.1.1.1', port: 2200, user: 'ann' },
    ],
    ['what is written wins', 'bob@web:22', 'Host web\n Port 2200\n User ann', { port: 22, user: 'bob' }],
    ['the first value wins', 'web', 'Host web\n Port 1\nHost *\n Port 2\n', { port: 1 }],
    ['wildcards and negation', 'web', 'Host * !web\n Port 1\nHost w*\n Port 2', { port: 2 }],
    [
      'keywords in any case, with =',
      'web',
      'host web\n  hostname=10.1.1.1\n  PORT = 7',
      { address: '10.1.1.1', port: 7 },
    ],
    ['a HostName with %h', 'web', 'Host web\n HostName %h.example.com', { address: 'web.example.com' }],
    [
      'keys, in order',
      'web',
      'Host web\n IdentityFile ~/.ssh/a\n IdentityFile ${KEYS}/%r-%h',
      {
        keys: [
          { path: '/home/me/.ssh/a', from: 'config' },
          { path: '/keys/me-web', from: 'config' },
        ],
      },
    ],
    ['IdentitiesOnly', 'web', 'IdentitiesOnly yes', { onlyKeys: true }],
    ['another agent', 'web', 'IdentityAgent ~/agent', { agent: '/home/me/agent' }],
    ['no agent', 'web', 'IdentityAgent none', { agent: null }],
    ['no revoked keys', 'web', 'RevokedHostKeys none', { port: 22 }],
    ['HostKeyAlias', 'web', 'Host web\n HostKeyAlias farm', { alias: 'farm' }],
    [
      'files of known hosts',
      'web',
      'UserKnownHostsFile ~/a ~/b\nGlobalKnownHostsFile none',
      { knownHosts: ['/home/me/a', '/home/me/b'] },
    ],
    ['Match exec is not run, and not met', 'web', 'Match exec true\n Port 9', { port: 22 }],
  ])('%s', async (_, address, config, expected) => expect(await route(address, config)).toMatchObject([expected]))

  it('the key of the topology is the only one', async () =>
    expect(await route('web', 'IdentityFile ~/.ssh/a', '~/.ssh/deploy')).toMatchObject([
      { keys: [{ path: '/home/me/.ssh/deploy', from: 'topology' }], onlyKeys: true },
    ]))
})

describe('jump hosts', () => {
  const names = async (address: string, config: string) =>
    (await route(address, config, '~/k')).map(({ user, address: at, port, jump, keys }) => [
      `${user}@${at}:${port}`,
      jump,
      keys[0]?.from,
    ])

  it.each<[string, string, unknown[]]>([
    [
      'one',
      'Host web\n ProxyJump gate',
      [
        ['me@gate:22', true, 'usual'],
        ['me@web:22', false, 'topology'],
      ],
    ],
    ['none', 'Host web\n ProxyJump none\nHost *\n ProxyJump gate', [['me@web:22', false, 'topology']]],
    [
      'by the configuration of their own',
      'Host web\n ProxyJump gate\nHost gate\n HostName 10.0.0.9\n User ann\n IdentityFile ~/g',
      [
        ['ann@10.0.0.9:22', true, 'config'],
        ['me@web:22', false, 'topology'],
      ],
    ],
    [
      'several, and one over another',
      'Host web\n ProxyJump a@one:2201,ssh://two:2202\nHost one\n ProxyJump zero',
      [
        ['me@zero:22', true, 'usual'],
        ['a@one:2201', true, 'usual'],
        ['me@two:2202', true, 'usual'],
        ['me@web:22', false, 'topology'],
      ],
    ],
  ])('%s', async (_, config, expected) => expect(await names('web', config)).toEqual(expected))

  it.each([
    [
      'that lead back',
      'Host web\n ProxyJump gate\nHost gate\n ProxyJump web',
      'ProxyJump leads back to where it began',
    ],
    ['that are none', 'Host web\n ProxyJump "a b"', '"a b" is not [user@]host[:port]'],
    ['by ProxyCommand', 'Host web\n ProxyCommand nc %h %p', 'ProxyCommand for web is not supported'],
    [
      'whose revoked keys are elsewhere',
      'Host web\n ProxyJump gate\nHost gate\n RevokedHostKeys /etc/ssh/revoked',
      'RevokedHostKeys for gate is not supported',
    ],
  ])('%s', async (_, config, message) => {
    await expect(route('web', config)).rejects.toMatchObject({
      code: 'INVALID_TOPOLOGY',
      message: expect.stringContaining(message) as string,
    })
  })
})
