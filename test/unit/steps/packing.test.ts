import { expect, it } from 'vitest'
import type { Stage } from '../../../src/contracts/index.js'
import { compensationOf } from '../../../src/steps/compensation.js'
import { pack, unpack } from '../../../src/steps/packing.js'
import { live } from './live.js'

const stages: Stage[] = [
  ...compensationOf(
    Array.from({ length: 50 }, (_, k) => ({ kind: 'reinstall', from: live(`web-${k}`) })),
    5,
  ),
  {
    name: 'others',
    lanes: [
      {
        steps: [
          { kind: 'swap', at: live('web-1'), from: null },
          { kind: 'commit', gone: ['web-2'] },
        ],
      },
      { host: 'one', steps: [{ kind: 'switch', active: { web: 'green' }, from: live('web-3') }] },
      { steps: [{ kind: 'start', at: live('web-1'), revive: live('web-1', { role: 'old' }) }] },
    ],
  },
]

it('what is packed comes out again, after a way through JSON', () => {
  expect(unpack(JSON.parse(JSON.stringify(pack(stages))) as ReturnType<typeof pack>)).toEqual(stages)
})

it('and is a fraction as long', () => {
  expect(JSON.stringify(pack(stages)).length).toBeLessThan(JSON.stringify(stages).length / 2)
})
