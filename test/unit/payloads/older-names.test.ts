import { defaultPayloadConverter } from '@temporalio/common'
import { expect, it } from 'vitest'
import { OlderNames } from '../../../src/payloads/older-names.js'

const read = async (value: unknown): Promise<unknown> => {
  const [payload] = await new OlderNames().decode([defaultPayloadConverter.toPayload(value)])
  return defaultPayloadConverter.fromPayload(payload!)
}

it.each([
  [
    'the place of an instance',
    { name: 'a', resource: 'web', slot: 'green' },
    { name: 'a', resource: 'web', color: 'green' },
  ],
  ['one set', [{ resource: 'web', slot: '' }], [{ resource: 'web', color: '' }]],
  [
    'a plan',
    { work: [{ resource: 'a', slot: '' }], bystanders: [] },
    { changes: [{ resource: 'a', color: '' }], bystanders: [] },
  ],
])('reads %s as it is called today', async (_, older, today) => {
  expect(await read(older)).toEqual(today)
  expect(await read(today)).toEqual(today)
})

it.each([
  ['an environment', { environment: { slot: 'blue', work: 'a' } }],
  ['another value', { resource: 'web', slot: 'machine-3' }],
  ['a string', '{"slot":"blue","resource":"web"}'],
])('leaves %s alone', async (_, value) => {
  expect(await read(value)).toEqual(value)
})
