import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { emulatorControl } from '../../../src/emulator/client.js'
import { identify, isAlive } from '../../../src/service/identity.js'
import { servicePaths } from '../../../src/service/paths.js'
import { stopService } from '../../../src/service/stop.js'

it('what emulates hosts is gone when the stop returns', async () => {
  const home = mkdtempSync(join(tmpdir(), 'cul8er-stop-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const { emulator } = servicePaths(home)
  mkdirSync(emulator, { recursive: true })
  const control = emulatorControl(emulator)
  const identity = identify(await control.pid())
  control.close()
  if (identity === null) throw new Error('the emulator did not start')
  // One that takes its time.
  process.kill(identity.pid, 'SIGSTOP')
  setTimeout(() => process.kill(identity.pid, 'SIGCONT'), 300)
  await stopService(home)
  expect(isAlive(identity)).toBe(false)
})
