import { expect, it } from 'vitest'
import { expectKey } from '../../../src/cli/expected-key.js'

const shows = (machine: string, fingerprint: string) => ({
  ...{ machine, fingerprint: `SHA256:${fingerprint}`, keyType: 'ssh-ed25519', known: false },
})
const gate = shows('ann@gate', 'G')
const both = ['SHA256:G', 'SHA256:W']

it('is one of those that are expected', () => {
  expect(expectKey(gate, both, [])).toBe(true)
  expect(expectKey(shows('ann@web', 'W'), both, [gate])).toBe(true)
})

it.each([
  ['X', 'ann@web shows ssh-ed25519 SHA256:X, not SHA256:G or SHA256:W'],
  ['G', 'ann@web shows ssh-ed25519 SHA256:G, which is the key of ann@gate on the way to it'],
])('%s is none of them for a host behind a jump host', (fingerprint, message) =>
  expect(() => expectKey(shows('ann@web', fingerprint), both, [gate])).toThrow(
    expect.objectContaining({ code: 'HOST_KEY_UNKNOWN', message }) as Error,
  ),
)
