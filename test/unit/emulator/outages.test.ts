import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Emulator } from '../../../src/emulator/emulator.js'
import { createEmulatedExecutor } from '../../../src/emulator/executor.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import * as incus from '../../../src/incus/index.js'

let emulator: Emulator
let host: HostExecutor
beforeEach(async () => {
  emulator = await Emulator.open()
  host = createEmulatedExecutor({ host: 'h1', emulation: emulator })
})
afterEach(() => emulator.close())

const make = async (name: string, autostart?: string, runs = true): Promise<void> => {
  await host.run(incus.createInstance({ image: 'tiny', name }))
  if (autostart !== undefined) await host.run(incus.setConfig(name, { 'boot.autostart': autostart }))
  if (runs) await host.run(incus.startInstance(name))
}
const statuses = (): Record<string, string> =>
  Object.fromEntries(Object.values(emulator.state().h1?.instances ?? {}).map(({ name, status }) => [name, status]))

describe('outages', () => {
  test('a host that is off, or cut off, gives no answer', async () => {
    await make('a')
    for (const kind of ['power', 'network'] as const) {
      await emulator.outage('h1', kind)
      await expect(host.run(incus.listInstances())).rejects.toMatchObject({ code: 'UNREACHABLE' })
      await emulator.back('h1')
      await host.run(incus.listInstances())
    }
  })

  test('after a power cut runs what boot.autostart says, or else what ran before', async () => {
    await make('ran')
    await make('stopped', undefined, false)
    await make('on', 'true', false)
    await make('off', 'false')
    await emulator.outage('h1', 'power')
    await emulator.back('h1')
    expect(statuses()).toEqual({ ran: 'Running', stopped: 'Stopped', on: 'Running', off: 'Stopped' })
  })

  test('behind a broken network all goes on as it was', async () => {
    await make('off', 'false')
    await emulator.outage('h1', 'network')
    expect(statuses()).toEqual({ off: 'Running' })
    await emulator.back('h1')
    expect(statuses()).toEqual({ off: 'Running' })
  })

  test.each([
    ['network', 'carried out', 'Running'],
    ['power', 'not carried out', 'Stopped'],
  ] as const)('what is asked when the %s goes is %s, and not answered', async (kind, _what, status) => {
    await make('a', undefined, false)
    emulator.fault({ match: { verb: 'start' }, fault: { delayMs: 100 } })
    const started = expect(host.run(incus.startInstance('a'))).rejects.toMatchObject({ code: 'UNREACHABLE' })
    await sleep(30)
    await emulator.outage('h1', kind)
    await started
    await emulator.back('h1')
    expect(statuses()).toEqual({ a: status })
  })
})
