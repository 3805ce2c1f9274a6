import { describe, expect, it } from 'vitest'
import { observeForPlan } from '../../../activities/observe.js'
import { Cul8erError } from '../../../src/errors.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import type { Host } from '../../../src/topology/model.js'

const hosts = (...names: string[]): Record<string, Host> =>
  Object.fromEntries(names.map((name) => [name, { address: name } as Host]))

/** `b` fails with this. */
const failing =
  (error: Cul8erError) =>
  (name: string): HostExecutor =>
    ({
      run: async () => {
        if (name === 'b') throw error
        return { stdout: '[]', stderr: '', durationMs: 0 }
      },
    }) as unknown as HostExecutor

const lookAt = (names: string[], error: Cul8erError) =>
  observeForPlan(failing(error), hosts(...names), null, new AbortController().signal)

describe('a plan, while a host gives no answer', () => {
  it.each([
    ['UNREACHABLE', undefined, 'if it is gone, --without b goes on without it'],
    ['TIMEOUT', 'look at its cable', 'look at its cable; if it is gone, --without b goes on without it'],
  ] as const)('%s: says how it is made without the host', async (code, hint, expected) => {
    const error = new Cul8erError(code, 'no answer', hint === undefined ? {} : { hint })
    await expect(lookAt(['a', 'b'], error)).rejects.toMatchObject({
      ...{ code, message: 'no answer', hint: expected },
      details: { host: 'b' },
    })
  })

  it.each([
    ['the only host', ['b'], new Cul8erError('UNREACHABLE', 'no answer')],
    ['a host that refuses', ['a', 'b'], new Cul8erError('PERMISSION', 'not authorized')],
  ])('%s cannot be left out', async (_, names, error) => {
    await expect(lookAt(names, error)).rejects.toBe(error)
  })
})
