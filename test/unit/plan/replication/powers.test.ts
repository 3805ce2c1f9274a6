import { expect, it } from 'vitest'
import type { ObservedInstance } from '../../../../src/plan/model.js'
import { powersInWords, undeclaredPowers, type Declared } from '../../../../src/plan/replication/powers.js'

const declared: Declared = {
  config: { 'limits.cpu': '2', 'security.nesting': 'true' },
  devices: {
    root: { type: 'disk', path: '/', pool: 'default' },
    share: { type: 'disk', source: '/srv/share', path: '/share' },
  },
}
const volumes = [{ name: 'shop-db.data', pool: 'default' }]
type Found = Pick<ObservedInstance, 'config' | 'devices' | 'profiles'>

const more = (device: Record<string, string>): Found => ({ config: {}, devices: { x: device } })

it.each<[string, Found, string | null]>([
  ['as it is declared', { ...declared, profiles: ['default'] }, null],
  ['what stays in the instance', { config: { 'boot.autostart': 'false', 'limits.memory': '1GiB' }, devices: {} }, null],
  ['its own volume', more({ type: 'disk', pool: 'default', source: 'shop-db.data', path: '/d' }), null],
  ['a network of Incus', more({ type: 'nic', network: 'incusbr0', name: 'eth0' }), null],
  ['a port that the host forwards', more({ type: 'proxy', nat: 'true', listen: 'tcp:0.0.0.0:80' }), null],
  ['a program that LXC runs on the host', { config: { 'raw.lxc': 'lxc.hook.pre-start=/x' }, devices: {} }, 'raw.lxc'],
  ['rights', { config: { 'security.privileged': 'true' }, devices: {} }, 'security.privileged'],
  ['other rights than declared', { config: { 'security.nesting': 'false' }, devices: {} }, 'security.nesting'],
  ['modules', { config: { 'linux.kernel_modules': 'nbd' }, devices: {} }, 'linux.kernel_modules'],
  ['the disk of the host', more({ type: 'disk', source: '/', path: '/host' }), 'device x'],
  [
    'another folder than declared',
    { config: {}, devices: { share: { type: 'disk', source: '/', path: '/share' } } },
    'device share',
  ],
  ['a volume of another', more({ type: 'disk', pool: 'default', source: 'bank-db.data', path: '/d' }), 'device x'],
  ['its socket', more({ type: 'proxy', bind: 'instance', connect: 'unix:/var/lib/incus/unix.socket' }), 'device x'],
  ['its network card', more({ type: 'nic', nictype: 'physical', parent: 'eth0' }), 'device x'],
  ['its devices', more({ type: 'unix-block', source: '/dev/sda' }), 'device x'],
  ['profiles of another kind', { config: {}, devices: {}, profiles: ['default', 'privileged'] }, 'profiles'],
])('a copy that has %s', (_, found, words) => {
  expect(powersInWords(undeclaredPowers(found, { ...declared, volumes }))).toBe(words)
})

it('gets the profiles that are declared', () => {
  const found = { config: {}, devices: {}, profiles: ['privileged'] }
  expect(undeclaredPowers(found, { ...declared, volumes }).profiles).toEqual(['default'])
  expect(undeclaredPowers(found, { ...declared, profiles: ['db'], volumes }).profiles).toEqual(['db'])
})
