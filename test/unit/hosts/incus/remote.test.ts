import { expect, it } from 'vitest'
import { incus } from '../../../../src/hosts/kinds/incus/address.js'
import { remoteNamed, remoteOf, urlOf } from '../../../../src/hosts/kinds/incus/remote.js'

it.each([
  ['https://store:8443', 'store-8443', 'store', 8443, 'https://store:8443'],
  ['https://store', 'store-8443', 'store', 8443, 'https://store:8443'],
  ['https://store:443/', 'store-443', 'store', 443, 'https://store:443'],
  ['https://a-1.example.org:1', 'a-1.example.org-1', 'a-1.example.org', 1, 'https://a-1.example.org:1'],
  ['https://[2001:db8::1]', '2001_db8__1-8443', '2001:db8::1', 8443, 'https://[2001:db8::1]:8443'],
  ['https://[::1]:99', '__1-99', '::1', 99, 'https://[::1]:99'],
])('%s is the remote %s, and back', (address, name, hostname, port, url) => {
  expect(remoteOf(address)).toEqual({ name, hostname, port })
  expect(remoteNamed(name)).toEqual({ name, hostname, port })
  expect(urlOf({ hostname, port })).toBe(url)
})

it('a file of another name is no remote', () => expect(remoteNamed('readme')).toBeNull())

it('a name that would be the remote of an IPv6 address is no address', () => {
  expect(remoteOf('https://2001_db8__1').name).toBe(remoteOf('https://[2001:db8::1]').name)
  expect(incus.read({ address: 'https://2001_db8__1', platform: 'debian' })).toBeNull()
  expect(incus.read({ address: 'https://[2001:db8::1]', platform: 'debian' })).toBe('https://[2001:db8::1]')
})
