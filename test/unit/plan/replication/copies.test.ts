import { expect, it } from 'vitest'
import { isWhole } from '../../../../src/plan/replication/copies.js'
import { instanceSpec, replicas } from '../../../../src/plan/specs.js'
import { instanceOf, revisionOf, web } from '../world.js'

const revision = revisionOf(web())
const [replica] = replicas(revision)
if (replica === undefined) throw new Error('a replica')
const original = instanceOf(instanceSpec(revision, replica, 'one', ''), { operation: 3 })

it.each([
  ['nothing is half changed', [], true],
  ['it is half changed', ['one/shop-web'], false],
  ['one of its name on another host is', ['two/shop-web'], true],
  ['it is, as a ledger of before wrote it down', ['shop-web'], false],
  ['an operation was lost that touched it', ['operation 3'], false],
])('whether an original may be copied: %s', (_, dirty, expected) => {
  expect(isWhole({ original }, dirty)).toBe(expected)
})
