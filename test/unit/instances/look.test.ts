import { expect, it } from 'vitest'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { incusError } from '../../../src/incus/errors.js'
import { lookAt } from '../../../src/instances/look.js'

const web = { host: 'a', name: 'web', project: null }
const refusal = (text: string): Error => incusError(`Error: ${text}\n`, 1, ['query', '/1.0/instances/web?recursion=1'])

const shown = {
  name: 'web',
  status: 'Stopped',
  type: 'container',
  created_at: '2026-01-01T00:00:00Z',
  config: {},
  devices: {},
  profiles: [],
}

/** A host that refuses once for each text, or shows what stands there, and shows the instance then. */
function hostThatSays(texts: (string | object)[]): { host: HostExecutor; looks: () => number } {
  let looks = 0
  const run = (): Promise<{ stdout: string }> => {
    const text = texts[looks++]
    if (typeof text === 'string') return Promise.reject(refusal(text))
    return Promise.resolve({ stdout: JSON.stringify(text ?? shown) })
  }
  return { host: { run } as unknown as HostExecutor, looks: () => looks }
}

it('looks again while Incus clears up after a start that failed', async () => {
  const { host, looks } = hostThatSays(["Invalid PID '\ufffd'", "Invalid PID '\ufffd'"])
  expect(await lookAt(host, web)).toMatchObject({ name: 'web', status: 'Stopped' })
  expect(looks()).toBe(3)
})

it('looks again at what has no configuration yet, or none any more', async () => {
  const { host, looks } = hostThatSays([{ ...shown, config: null }])
  expect(await lookAt(host, web)).toMatchObject({ name: 'web', config: {} })
  expect(looks()).toBe(2)
})

it('finds nothing where there is none', async () => {
  const { host, looks } = hostThatSays(['Instance not found'])
  expect(await lookAt(host, web)).toBeNull()
  expect(looks()).toBe(1)
})

it('repeats no look for another refusal', async () => {
  const { host, looks } = hostThatSays(['Failed getting the state'])
  await expect(lookAt(host, web)).rejects.toMatchObject({ code: 'INCUS' })
  expect(looks()).toBe(1)
})

it('ends when it is told to', async () => {
  const { host } = hostThatSays(Array<string>(100).fill("Invalid PID '\ufffd'"))
  await expect(lookAt(host, web, AbortSignal.timeout(50))).rejects.toThrow(/abort/i)
})
