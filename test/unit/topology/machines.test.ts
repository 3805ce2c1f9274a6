import { describe, expect, it } from 'vitest'
import { eachMachineOnce, hostKind, machineOf } from '../../../src/topology/hosts.js'
import type { Host } from '../../../src/topology/model.js'

const host = (address: string, platform: Host['platform'] = 'debian'): Host => ({
  address,
  platform,
  kind: hostKind(address, platform) ?? 'local',
  credentials: null,
})

describe('the machine behind a name', () => {
  it.each([
    ['localhost', '127.0.0.1', true],
    ['root@10.0.0.2', 'deploy@10.0.0.2:22', true],
    ['root@10.0.0.2', 'root@10.0.0.2:2222', false],
    ['root@10.0.0.2', 'root@10.0.0.3', false],
    ['https://10.0.0.2:8443', 'https://10.0.0.2:8443/', true],
    ['localhost', 'root@10.0.0.2', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(machineOf('x', host(a)) === machineOf('y', host(b))).toBe(same)
  })

  it('an emulated host is its name', () => {
    const emulated = host('localhost', 'emulated')
    expect(Object.keys(eachMachineOnce({ a: emulated, b: emulated }, { a: emulated }))).toEqual(['b', 'a'])
  })

  it('of two names the last one stays', () => {
    const here = host('localhost')
    const there = host('root@10.0.0.2')
    expect(eachMachineOnce({ old: here, there }, { renamed: here })).toEqual({ there, renamed: here })
  })
})
