import { describe, expect, it } from 'vitest'
import {
  deviceChanges,
  directDevices,
  type Devices,
  type Direct,
} from '../../../../src/traffic/instance/direct-devices.js'

const OWN = '10.0.0.9'
const nat = (address: string, port: number, own = OWN): Record<string, string> => ({
  type: 'proxy',
  nat: 'true',
  listen: `tcp:${address}:${port}`,
  connect: `tcp:${own}:${port}`,
})
const anywhere = { type: 'proxy', proxy_protocol: 'true', listen: 'tcp:[::]:80', connect: 'tcp:127.0.0.1:80' }

describe('direct devices', () => {
  it.each<[string, number[], Direct | null, string[]]>([
    ['none when the kernel has no way', [80], null, []],
    ['none without ports', [], { own: OWN, addresses: ['192.0.2.2'] }, []],
    [
      'one for each port and address',
      [80, 443],
      { own: OWN, addresses: ['192.0.2.2', '198.51.100.7'] },
      ['port-80-192-0-2-2', 'port-80-198-51-100-7', 'port-443-192-0-2-2', 'port-443-198-51-100-7'],
    ],
    [
      'none for what is not outward, not IPv4, or named twice',
      [80],
      { own: OWN, addresses: ['127.0.0.5', '169.254.1.1', 'fd00::2', '192.0.2.2', '192.0.2.2'] },
      ['port-80-192-0-2-2'],
    ],
    [
      'the first eight of many addresses',
      [80],
      { own: OWN, addresses: Array.from({ length: 20 }, (_, i) => `192.0.2.${i + 10}`) },
      Array.from({ length: 8 }, (_, i) => `port-80-192-0-2-${i + 10}`),
    ],
  ])('%s', (_what, ports, direct, names) => expect(Object.keys(directDevices(ports, direct))).toEqual(names))

  it('lead from the address of the host to that of the edge', () =>
    expect(directDevices([80], { own: OWN, addresses: ['192.0.2.2'] })).toEqual({
      'port-80-192-0-2-2': nat('192.0.2.2', 80),
    }))
})

describe('changes of devices', () => {
  const wanted = directDevices([80], { own: OWN, addresses: ['192.0.2.2'] })
  it.each<[string, Devices, number[], Devices, { remove: string[]; add: string[] }]>([
    [
      'an edge of an older version keeps its device and gets the direct one',
      { 'port-80': anywhere },
      [80],
      wanted,
      { remove: [], add: ['port-80-192-0-2-2'] },
    ],
    ['nothing to do', { 'port-80': anywhere, ...wanted }, [80], wanted, { remove: [], add: [] }],
    [
      'the host has another address now',
      { 'port-80': anywhere, 'port-80-192-0-2-1': nat('192.0.2.1', 80) },
      [80],
      wanted,
      { remove: ['port-80-192-0-2-1'], add: ['port-80-192-0-2-2'] },
    ],
    [
      'the edge has another address now',
      { 'port-80': anywhere, 'port-80-192-0-2-2': nat('192.0.2.2', 80, '10.0.0.8') },
      [80],
      wanted,
      { remove: ['port-80-192-0-2-2'], add: ['port-80-192-0-2-2'] },
    ],
    [
      'a port closes: the direct way first',
      { eth0: { type: 'nic' }, 'port-81': anywhere, 'port-81-192-0-2-2': nat('192.0.2.2', 81), 'port-80': anywhere },
      [80],
      {},
      { remove: ['port-81-192-0-2-2', 'port-81'], add: [] },
    ],
    [
      'the kernel has no way any more',
      { 'port-80': anywhere, ...wanted },
      [80],
      {},
      { remove: ['port-80-192-0-2-2'], add: [] },
    ],
  ])('%s', (_what, now, ports, direct, changes) => expect(deviceChanges(now, ports, direct)).toEqual(changes))
})
