import { describe, expect, it } from 'vitest'
import { pickTopology } from '../../../src/loaders/pick.js'
import { declaration, parsed } from '../topology/sample.js'

const shop = parsed(declaration())
const blog = parsed(declaration({ name: 'blog' }))

describe('the topology that is meant', () => {
  it.each([
    [[shop], undefined, shop],
    [[shop], 'shop', shop],
    [[shop, blog], 'blog', blog],
  ])('%#', (all, name, expected) => expect(pickTopology(all, name)).toBe(expected))

  it.each([
    [[shop, blog], undefined, 'USAGE', 'the file has 2 topologies: shop, blog'],
    [
      [shop, blog],
      'shpo',
      'UNKNOWN_TOPOLOGY',
      'no topology "shpo" in the file, which has shop, blog (did you mean shop?)',
    ],
    [[shop], 'production', 'UNKNOWN_TOPOLOGY', 'no topology "production" in the file, which has shop'],
  ])('%#: refused', (all, name, code, message) =>
    expect(() => pickTopology(all, name)).toThrow(expect.objectContaining({ code, message })),
  )
})

it('a file in the place of a name', () => {
  expect(() => pickTopology([shop], 'prod.yaml')).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_TOPOLOGY', hint: 'to name a file, use -f prod.yaml' }),
  )
})
