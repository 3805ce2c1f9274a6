import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Cul8erError } from '../errors.js'

const READY_MS = 15_000

/**
 * Starts the emulator of a folder as a process that outlives this one, and waits until `serving` tells the id of the
 * process that answers.
 * @throws Cul8erError SERVICE when it does not come up
 */
export async function startDaemon(
  folder: string,
  serving: () => Promise<number | null>,
  main = ownMain(),
): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const deadline = Date.now() + READY_MS
  let child = spawnDaemon(folder, main)
  let pid = await serving()
  while (pid === null) {
    const failed = child.exitCode !== null && child.exitCode !== 0
    if (failed || Date.now() > deadline) throw notStarted(folder, failed ? 'exited at once' : 'did not start in time')
    await delay(20)
    // It yields to one that serves the folder; when that one was just ending, nobody does.
    if (child.exitCode === 0) child = spawnDaemon(folder, main)
    pid = await serving()
  }
  // Another one was faster: ours shall not come up later, when that one may have been stopped.
  if (pid !== child.pid) child.kill()
}

const notStarted = (folder: string, what: string): Cul8erError =>
  new Cul8erError('SERVICE', `the emulator ${what}`, { hint: `its log is ${join(folder, 'emulator.log')}` })

function spawnDaemon(folder: string, main: string): ChildProcess {
  const log = openSync(join(folder, 'emulator.log'), 'a', 0o600)
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [...loader(main), main, folder], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: { PATH, HOME },
  })
  child.unref()
  closeSync(log)
  return child
}

// Beside this file, as TypeScript in a checkout's tests and as JavaScript when built.
function ownMain(): string {
  const here = fileURLToPath(import.meta.url)
  return join(dirname(here), here.endsWith('.ts') ? 'main.ts' : 'main.js')
}

function loader(main: string): string[] {
  if (!main.endsWith('.ts')) return []
  const jiti = dirname(createRequire(import.meta.url).resolve('jiti/package.json'))
  // Newer Nodes warn of how jiti registers itself; the log is for what the emulator has to say.
  return ['--disable-warning=DEP0205', '--import', pathToFileURL(join(jiti, 'lib', 'jiti-register.mjs')).href]
}
