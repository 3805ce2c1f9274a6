import { expect, test } from 'vitest'
import type { Topology } from '../../../src/topology/model.js'
import { whatRuns } from '../../../src/topology/what-runs.js'
import { topologyOf } from '../../support/rig.js'

const topology = topologyOf({
  name: 'shop',
  hosts: {
    web: { address: 'deploy@10.0.1.10', platform: 'debian', credentials: { ssh: { key: '/keys/deploy' } } },
    spare: { address: '10.0.1.11', platform: 'debian' },
  },
  resources: {
    app: {
      type: 'container',
      on: 'web',
      replicas: 2,
      image: 'images:debian/12',
      environment: {
        MODE: 'a b',
        TOKEN: { secret: { from: 'command', key: 'pass show token' } },
        KEY: { secret: { from: 'file', key: '/etc/key' } },
        NAME: { secret: { from: 'system' } },
      },
      config: { 'security.privileged': true, 'raw.lxc': 'lxc.hook.pre-start = /bin/sh -c id' },
      profiles: ['default', 'whole-disk'],
      volumes: { files: { path: '/var/lib/files', pool: 'fast' } },
      devices: { data: { type: 'disk', source: '/', path: '/host' } },
      deploy: { release: 'shop', version: '1.0.0', start: ['bin/shop', 'a\nb'] },
      healthcheck: { command: ['true'], unhealthy: { then: 'replace' } },
    },
  },
  strategy: {
    approach: 'canary',
    steps: [{ weight: 10, analysis: { command: ['step'] } }],
    analysis: { command: ['look', 'closely'] },
  },
  failover: { after: '30s' },
  ttl: '24h',
})

test('everything that a topology runs or reads is said, one line each', () => {
  expect(whatRuns(topology)).toEqual([
    'host web: runs the Incus commands on deploy@10.0.1.10 (ssh) with the SSH key /keys/deploy',
    'host spare: runs the Incus commands on 10.0.1.11 (ssh)',
    'app: 2 × container of the image images:debian/12',
    "app: has what the host's profiles say: default whole-disk",
    'app: has the Incus configuration security.privileged=true',
    'app: has the Incus configuration raw.lxc="lxc.hook.pre-start = /bin/sh -c id"',
    'app: has a volume of its own, files, of the pool fast at /var/lib/files',
    'app: installs the release shop 1.0.0',
    String.raw`app: starts with bin/shop "a\nb"`,
    'app: stops with bin/shop of the release',
    'app: has MODE="a b"',
    'app: for the secret TOKEN the worker runs "pass show token"',
    'app: for the secret KEY the worker reads the file /etc/key',
    'app: for the secret NAME the variable NAME is given to it',
    'app: has the device data: type=disk source=/ path=/host',
    'app: is healthy if this succeeds in it: true',
    'app: an unhealthy instance is restarted, then deleted and created again automatically',
    'analysis: the worker runs look closely',
    'analysis: the worker runs step',
    'what is on a host that gives no sign for 30s is started on other hosts automatically',
    'everything is destroyed automatically 1d after a deploy',
  ])
})

test('no value looks like a line of ours, or reads otherwise than it runs', () => {
  const [, , image] = whatRuns({
    ...topology,
    resources: { app: { ...(topology.resources.app as Topology['resources'][string]), image: 'a\u202Eb\nc' } },
  })
  expect(image).toBe(String.raw`app: 2 × container of the image "a\u202eb\nc"`)
})

test.each([
  [{ kind: 'command', command: ['/bin/page', '\u202E]"x"'] }, 'runs ["/bin/page","\\u202e]\\"x\\""] when'],
  [{ kind: 'webhook', url: { secret: { from: 'command', key: 'pass \u2066x' } } }, String.raw`runs "pass \u2066x"`],
] as const)('nor does a notifier %j', (to, shown) => {
  const notify = [{ to: to as NonNullable<Topology['notify']>[number]['to'], on: null }]
  expect(whatRuns({ ...topology, notify }).at(-1)).toContain(shown)
})
