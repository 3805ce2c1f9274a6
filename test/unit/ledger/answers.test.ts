import { expect, it } from 'vitest'
import type { Answered } from '../../../src/contracts/index.js'
import { answerTo, remember } from '../../../workflows/ledger/answers.js'
import { after, AT } from './ledgers.js'

const answered = (requestId: string, at = AT): Answered => ({
  requestId,
  at,
  answer: { given: { operation: requestId, workflowId: requestId, revision: 1 } },
})

it('a repeated request gets its first answer', () => {
  const all = remember(remember([], answered('a')), answered('b'))
  expect(answerTo(all, 'a')).toEqual(answered('a').answer)
  expect(answerTo(all, 'c')).toBeNull()
})

it('the last 200 are remembered, for a day', () => {
  const many = Array.from({ length: 300 }, (_, i) => answered(`r${i}`)).reduce(remember, [] as Answered[])
  expect(many).toHaveLength(200)
  expect(answerTo(many, 'r99')).toBeNull()
  expect(answerTo(many, 'r100')).not.toBeNull()
  expect(remember(many, answered('late', after(24 * 3_600_000)))).toHaveLength(1)
})
