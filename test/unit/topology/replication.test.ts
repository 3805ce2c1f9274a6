import { describe, expect, it } from 'vitest'
import { parseTopology } from '../../../src/topology/parse.js'
import { declaration, said } from './sample.js'

const hosts = {
  a: { address: 'root@10.0.0.1', platform: 'debian' },
  b: { address: 'root@10.0.0.2', platform: 'debian' },
  fake: { address: 'x', platform: 'emulated' },
}
const db = (over: object) => declaration({ hosts, resources: { db: { image: 'x', on: 'a', stateful: true, ...over } } })

describe('copies of data on other hosts', () => {
  it.each([
    [{ replicate: { to: 'b' } }, []],
    [{ replicate: { to: ['b'], every: '10s', keep: 1 } }, []],
    [{ replicate: { to: 'fak' } }, ['resources.db.replicate.to: found "fak", allowed a, b, fake (did you mean fake?)']],
    [{ replicate: { to: ['b', 'b'] } }, ['resources.db.replicate.to[1]: found "b" twice, allowed each name once']],
    [{ replicate: { to: 'a' } }, ['resources.db.replicate.to: found "a", a host of db, allowed another host']],
    [
      { on: ['a', 'b'], replicate: { to: ['b'] } },
      ['resources.db.replicate.to[0]: found "b", a host of db, allowed another host'],
    ],
    [
      { on: undefined, replicate: { to: 'b' } },
      [
        'resources.db.replicate.to: found "b", where db itself may run, allowed other hosts than those in `on`, which is needed here',
      ],
    ],
    [
      { replicate: { to: 'fake' } },
      [
        'resources.db.replicate.to: found "fake", from a, allowed emulated hosts for what runs on emulated hosts, others for others',
      ],
    ],
    [
      { stateful: false, replicate: { to: 'b' } },
      ['resources.db.replicate: found it for db, which is not stateful, allowed it for a stateful resource'],
    ],
    [
      { replicate: { to: 'b', every: '9s' } },
      ['resources.db.replicate.every: found 9s, allowed at least 10s: each copy takes a snapshot'],
    ],
    [
      { replicate: { to: 'b', keep: 0 } },
      ['resources.db.replicate.keep: found 0, allowed a whole number from 1 to 100'],
    ],
    [{ replicate: { to: [] } }, ['resources.db.replicate.to: found an empty list, allowed at least one host']],
    [
      { replicate: { to: 'b', evry: '5m' } },
      ['resources.db.replicate.evry: found the unknown key "evry", allowed to, every, keep (did you mean every?)'],
    ],
  ])('%#', (over, expected) => expect(said(db(over))).toEqual(expected))

  it('has a time and a number where the file says none', () => {
    const parsed = parseTopology(db({ replicate: { to: 'b' } }))
    expect(parsed.ok && parsed.topology.resources.db?.replicate).toEqual({ to: ['b'], everyMs: 300_000, keep: 3 })
  })
})
