import { expect, it } from 'vitest'
import { within } from '../../../activities/inspect/within.js'

const never = () => new Promise<never>(() => {})
const quiet = new AbortController().signal

it('gives what the look gives, or throws', async () => {
  expect(await within(60_000, quiet, async () => 'found')).toBe('found')
  await expect(within(60_000, quiet, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
})

it('one that hangs, and does not listen either, costs its limit', async () => {
  await expect(within(20, quiet, never)).rejects.toMatchObject({ code: 'TIMEOUT', message: 'no answer within 20 ms' })
})

it('a cancellation is one', async () => {
  const asked = new AbortController()
  const look = within(60_000, asked.signal, never)
  asked.abort(new Error('cancelled'))
  await expect(look).rejects.toThrow('cancelled')
})
