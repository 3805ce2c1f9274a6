import { describe, expect, test } from 'vitest'
import { labelChanges, labelsFromConfig, labelsToConfig } from '../../../src/plan/labels.js'
import type { Labels } from '../../../src/plan/model.js'
import { parseImages, parseInstances, parseServer } from '../../../src/incus/index.js'
import { observe } from '../../../src/instances/observe.js'

const labels: Labels = {
  topology: 'shop',
  resource: 'app',
  index: 2,
  color: 'blue',
  revision: 7,
  digest: 'abc',
  operation: 'shop/op/9',
  image: 'cul8er/tiny',
  release: 'app@1.0.0',
  role: 'new',
  secrets: { KEY: 'd1', OTHER: 'd2' },
}

describe('labels', () => {
  test('there and back', () => expect(labelsFromConfig(labelsToConfig(labels))).toEqual(labels))

  test('nothing is kept for what is null', () => {
    const bare: Labels = { ...labels, index: null, color: '', release: null, secrets: {} }
    expect(Object.keys(labelsToConfig(bare)).some((key) => /index|color|release|secret/.test(key))).toBe(false)
    expect(labelsFromConfig(labelsToConfig(bare))).toEqual(bare)
  })

  test('not ours without topology and resource; ours still when the rest is spoilt', () => {
    expect(labelsFromConfig({ 'user.other': 'x' })).toBeNull()
    expect(labelsFromConfig({ 'user.cul8er.topology': 'shop' })).toBeNull()
    expect(
      labelsFromConfig({
        'user.cul8er.topology': 'shop',
        'user.cul8er.resource': 'app',
        'user.cul8er.index': '-3',
        'user.cul8er.role': 'king',
      }),
    ).toMatchObject({ topology: 'shop', index: null, revision: 0, role: 'live', color: '' })
  })

  test('changes name only what differs, and remove what goes', () => {
    const to: Labels = { ...labels, role: 'live', release: null, secrets: { KEY: 'd3' } }
    expect(labelChanges(labels, to)).toEqual({
      'user.cul8er.role': 'live',
      'user.cul8er.release': '',
      'user.cul8er.secret.KEY': 'd3',
      'user.cul8er.secret.OTHER': '',
    })
    expect(labelChanges(null, labels)).toEqual(labelsToConfig(labels))
    expect(labelChanges(labels, labels)).toEqual({})
  })
})

const shown = {
  name: 'shop-app-2',
  type: 'container',
  status: 'Running',
  created_at: '2026-01-01T00:00:00Z',
  config: {
    ...labelsToConfig(labels),
    'limits.cpu': '2',
    'volatile.uuid': 'x',
    'image.os': 'busybox',
    'user.note': 'mine',
  },
  devices: { root: { type: 'disk', path: '/', pool: 'default', size: '1GiB' } },
  expanded_devices: { eth0: { type: 'nic' } },
  snapshots: [{ name: 's1', created_at: '2026-01-02T00:00:00Z', config: {}, size: -1 }],
  state: {
    network: {
      lo: { addresses: [{ family: 'inet', address: '127.0.0.1', scope: 'local' }] },
      eth1: { addresses: [{ family: 'inet', address: '10.1.0.2', scope: 'global' }] },
      eth0: {
        addresses: [
          { family: 'inet6', address: 'fd00::2', scope: 'global' },
          { family: 'inet', address: '10.0.0.2', scope: 'global' },
        ],
      },
    },
    something_new: true,
  },
  something_newer: [],
}

describe('observe', () => {
  test('what the planner needs, and nothing that Incus keeps for itself', () => {
    expect(observe('h1', JSON.stringify([shown]))).toEqual([
      {
        host: 'h1',
        name: 'shop-app-2',
        type: 'container',
        status: 'Running',
        config: { 'limits.cpu': '2', 'user.note': 'mine' },
        devices: { root: { type: 'disk', path: '/', pool: 'default', size: '1GiB' } },
        labels,
        addresses: ['10.0.0.2', '10.1.0.2'],
        snapshots: [{ name: 's1', createdAt: '2026-01-02T00:00:00Z' }],
        createdAt: '2026-01-01T00:00:00Z',
      },
    ])
  })

  test('what is empty comes as null from Incus', () => {
    const bare = {
      name: 'a',
      type: 'virtual-machine',
      status: 'Odd',
      created_at: 't',
      config: { 'volatile.uuid': 'x' },
      devices: null,
      snapshots: null,
      state: null,
    }
    expect(observe('h', JSON.stringify([bare]))).toMatchObject([
      { type: 'vm', status: 'Error', labels: null, addresses: [], snapshots: [] },
    ])
  })

  test.each([
    ['not JSON', 'oops', /incus list printed output that cul8er cannot parse: "oops" is not JSON/],
    ['another shape', '[{"name":1}]', /incus list .* at 0\.name/],
    ['an object', '{}', /at the top level/],
  ])('%s is an error that names the place', (_, text, message) => {
    expect(() => parseInstances(text)).toThrow(
      expect.objectContaining({ code: 'INCUS', message: expect.stringMatching(message) as string }),
    )
  })
})

test('a server says whether it can run virtual machines', () => {
  const environment = { server_version: '6.0.4', driver: 'lxc | qemu', os_name: 'Debian', os_version: '12' }
  expect(parseServer(JSON.stringify({ auth: 'untrusted', environment }))).toMatchObject({
    vms: true,
    containers: true,
    trusted: false,
    os: 'Debian 12',
  })
  expect(parseServer(JSON.stringify({ environment: { ...environment, driver: 'lxc' } })).vms).toBe(false)
})

test('snapshots come oldest first, images with their aliases', () => {
  const image = {
    fingerprint: 'f',
    aliases: [{ name: 'x' }],
    type: 'container',
    architecture: 'x86_64',
    size: 1,
    properties: null,
    created_at: 'c',
    uploaded_at: 't',
  }
  expect(parseImages(JSON.stringify([image]))).toEqual([
    {
      ...{
        fingerprint: 'f',
        aliases: ['x'],
        type: 'container',
        architecture: 'x86_64',
        size: 1,
        properties: {},
        createdAt: 'c',
        uploadedAt: 't',
      },
      source: null,
    },
  ])
})

test('leaves out what is being made or deleted, whose labels nobody can see', () => {
  const seen = observe('here', JSON.stringify([shown, { ...shown, name: 'shop-app-3', config: null }]))
  expect(seen.map(({ name }) => name)).toEqual(['shop-app-2'])
})
