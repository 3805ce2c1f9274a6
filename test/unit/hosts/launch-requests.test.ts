import { expect, it } from 'vitest'
import { launchRequests } from '../../../src/hosts/launch-requests.js'
import { createInstance, launchInstance } from '../../../src/incus/index.js'
import type { CreateOptions } from '../../../src/incus/create.js'

/* A launch as the two requests that it is. */

const plain = {
  name: 'web-1',
  type: 'container',
  source: { type: 'image', alias: 'cul8er/tiny' },
  config: {},
}

it.each<[string, Partial<CreateOptions>, { query?: string; body: object }]>([
  ['nothing but a name', {}, { body: {} }],
  [
    'limits and labels, whatever is in them',
    { config: { 'limits.cpu': '1', 'user.note': '-a=b: c' } },
    { body: { config: { 'limits.cpu': '1', 'user.note': '-a=b: c' } } },
  ],
  ['a project', { project: 'a&b' }, { query: '?project=a%26b', body: {} }],
  ['profiles', { profiles: ['default', 'fast'] }, { body: { profiles: ['default', 'fast'] } }],
  ['a description', { description: 'of the shop' }, { body: { description: 'of the shop' } }],
  [
    'new devices',
    { devices: { data: { type: 'disk', path: '/data' } } },
    { body: { devices: { data: { type: 'disk', path: '/data' } } } },
  ],
])('%s', (_, options, { query = '', body }) => {
  const command = launchInstance({ image: 'cul8er/tiny', name: 'web-1', ...options })
  expect(launchRequests(command)).toEqual([
    { method: 'POST', path: `/1.0/instances${query}`, body: { ...plain, ...body } },
    { method: 'PUT', path: `/1.0/instances/web-1/state${query}`, body: { action: 'start', timeout: -1 } },
  ])
})

it.each<[string, Partial<CreateOptions>]>([
  ['an image of a remote', { image: 'images:debian/12' }],
  ['a virtual machine', { type: 'vm' }],
  ["an override of a profile's device", { devices: { root: { size: '5GiB' } } }],
  ['a pool', { pool: 'fast' }],
])('%s is left to the client', (_, options) => {
  expect(launchRequests(launchInstance({ image: 'cul8er/tiny', name: 'web-1', ...options }))).toBeNull()
})

it('as is what does not start', () => {
  expect(launchRequests(createInstance({ image: 'cul8er/tiny', name: 'web-1' }))).toBeNull()
})
