import { expect, it } from 'vitest'
import { Cul8erError } from '../../../src/errors.js'
import { incusError } from '../../../src/incus/errors.js'
import { tooLittleMemory } from '../../../src/instances/too-little-memory.js'

// As Incus 6.0.4 prints it.
const notStarted = incusError(
  'Launching a\nError: Failed to run: /usr/libexec/incus/incusd forkstart a /var/lib/incus/containers /run/incus/a/lxc.conf: exit status 1\n',
  1,
  ['launch', 'tiny', 'a'],
)

it.each<[string, unknown, string | undefined, string | null]>([
  [
    'a start in 1 MiB',
    notStarted,
    '1MiB',
    'limits.memory is 1MiB, which may be too little for image tiny to start: raise it',
  ],
  ['a start with enough', notStarted, '512MiB', null],
  ['a start without a limit', notStarted, undefined, null],
  ['another error', new Cul8erError('INCUS', 'Failed to run: zfs'), '1MiB', null],
  ['no error of ours', new Error('forkstart'), '1MiB', null],
])('%s', (_, error, limit, hint) => {
  const found = tooLittleMemory(error, { image: 'tiny', config: limit === undefined ? {} : { 'limits.memory': limit } })
  expect(found?.hint ?? null).toBe(hint)
  if (found !== null) expect(found.message).toBe(notStarted.message)
})
