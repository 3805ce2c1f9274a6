import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { isAlive } from '../../../src/service/identity.js'
import { lockHolder, takeLock } from '../../../src/service/lock.js'

const script = fileURLToPath(new URL('lock-holder.ts', import.meta.url))
const folders: string[] = []
const children: ChildProcess[] = []

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cul8er-lock-'))
  folders.push(made)
  return made
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

/** What a process of its own got. */
async function ask(at: string): Promise<string> {
  const args = ['--import', 'jiti/register', script, at]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  return text.toString().trim()
}

test('one of many takes it, and the next one when that is killed', async () => {
  const at = folder()
  for (const round of [1, 2]) {
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(at)))
    expect(
      answers.filter((answer) => answer === 'taken'),
      `round ${round}`,
    ).toHaveLength(1)
    const holder = lockHolder(at, 'test')
    expect(holder).not.toBeNull()
    process.kill(holder?.pid ?? 0, 'SIGKILL')
    await expect.poll(() => holder === null || isAlive(holder)).toBe(false)
    expect(lockHolder(at, 'test')).toBeNull()
  }
  expect(readdirSync(at)).toHaveLength(1)
})

test('who holds it is told to the one who asks', async () => {
  const at = folder()
  expect(await ask(at)).toBe('taken')
  expect(takeLock(at, 'test')?.pid).toBe(lockHolder(at, 'test')?.pid)
})

test('a folder that is not there holds no lock', () => {
  expect(lockHolder(join(folder(), 'none'), 'test')).toBeNull()
})
