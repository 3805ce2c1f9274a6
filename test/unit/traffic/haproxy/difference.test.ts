import { describe, expect, it } from 'vitest'
import { CHECK, kept } from '../../../../src/traffic/haproxy/backend.js'
import { difference, isLeftover } from '../../../../src/traffic/haproxy/difference.js'
import { pool, server } from './cases.js'

const found = (name: string, changes = {}) => ({
  pool: 'p',
  name,
  address: '10.0.0.1',
  port: 4000,
  weight: 100,
  drained: false,
  ...changes,
})
const map = { '80/*': 'p' }

describe('difference', () => {
  it.each([
    ['nothing', [found('a')], [server('a')], []],
    ['a weight', [found('a')], [server('a', { weight: 7 })], ['set server p/a weight 7']],
    ['a drain', [found('a')], [server('a', { state: 'drain' })], ['set server p/a state maint']],
    ['a return', [found('a', { drained: true })], [server('a')], ['set server p/a state ready']],
    [
      'another address',
      [found('a', { drained: true })],
      [server('a', { address: '10.0.0.7', port: 81 })],
      ['set server p/a addr 10.0.0.7 port 81; set server p/a state ready'],
    ],
    [
      'a new server',
      [],
      [server('b', { weight: 5 })],
      [
        `add server p/b 10.0.0.1:4000 weight 5 ${CHECK}${kept({ protocol: 'http' })}; enable health p/b; set server p/b state ready`,
      ],
    ],
    [
      'a new server that waits',
      [],
      [server('b', { state: 'drain' })],
      [`add server p/b 10.0.0.1:4000 weight 100 ${CHECK}${kept({ protocol: 'http' })}; enable health p/b`],
    ],
    ['a removal', [found('a')], [], ['set server p/a state maint; del server p/a']],
    ['a removal after a drain', [found('a', { drained: true })], [], ['del server p/a']],
    [
      'one in, one out: first in',
      [found('a'), found('b', { drained: true })],
      [server('a', { state: 'drain' }), server('b')],
      ['set server p/b state ready', 'set server p/a state maint'],
    ],
  ])('%s', (_what, servers, desired, commands) =>
    expect(difference({ servers, map }, { pools: [pool('p', desired)], map })).toEqual(commands),
  )

  it('a switch happens between what comes and what goes, all entries in one commit', () => {
    const pools = [pool('p', []), pool('p-green', [server('g')])]
    const desired = { '80/*': 'p-green', '443/a.test': 'p-green' }
    expect(difference({ servers: [found('a')], map }, { pools, map: desired })).toEqual([
      `add server p-green/g 10.0.0.1:4000 weight 100 ${CHECK}${kept({ protocol: 'http' })}; enable health p-green/g; set server p-green/g state ready`,
      'prepare map routes.map',
      'add map @N routes.map 80/* p-green; add map @N routes.map 443/a.test p-green',
      'commit map @N routes.map',
      'set server p/a state maint; del server p/a',
    ])
  })

  it('a new server of a sticky pool gets its cookie', () => {
    const [line] = difference({ servers: [], map }, { pools: [pool('p', [server('a')], { sticky: true })], map })
    expect(line).toMatch(/; enable dynamic-cookie backend p$/)
  })

  it('many commands become lines that fit HAProxy', () => {
    const desired = Array.from({ length: 300 }, (_, n) => server(`server-${n}`))
    const lines = difference({ servers: [], map }, { pools: [pool('p', desired)], map })
    expect(lines.length).toBeGreaterThan(5)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(9_000)
    expect(lines.join('; ').split('; ')).toHaveLength(900)
  })
})

describe('isLeftover', () => {
  it.each([
    ['del server p/a', true],
    ['del server p/a; del server p/b', true],
    ['set server p/a state maint; del server p/a', false],
    ['commit map @N routes.map', false],
  ])('%s: %s', (line, leftover) => expect(isLeftover(line)).toBe(leftover))
})
