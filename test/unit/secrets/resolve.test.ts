import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveSecret, SECRET_LIMIT_BYTES } from '../../../src/secrets/resolve.js'
import type { SecretRef } from '../../../src/topology/model.js'

const env = { PATH: process.env.PATH, TOKEN: 'from env', OTHER: 'another', EMPTY: '' }
const folder = await mkdtemp(join(tmpdir(), 'cul8er-secret-'))
const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}
const files = {
  a: await file('a', 'one\ntwo\n'),
  b: await file('b', 'one\n\n'),
  long: await file('long', 'x'.repeat(SECRET_LIMIT_BYTES + 1)),
}
const ref = (from: SecretRef['from'], key: string | null = null): SecretRef => ({ from, key })

describe('resolveSecret', () => {
  it.each([
    ['the variable of its own name', ref('system'), 'from env'],
    ['a named variable', ref('system', 'OTHER'), 'another'],
    ['an empty variable', ref('system', 'EMPTY'), ''],
    ['a file without its last line end', ref('file', files.a), 'one\ntwo'],
    ['a file of which one line end goes', ref('file', files.b), 'one\n'],
    ['a command', ref('command', 'echo a  b'), 'a b'],
    ['a command with an escaped space', ref('command', 'printf [%s] a\\ b c'), '[a b][c]'],
    ['a command without a shell', ref('command', 'echo $TOKEN; `id`'), '$TOKEN; `id`'],
  ])('reads %s', async (_, secret, value) => {
    expect(await resolveSecret(secret, 'TOKEN', { env })).toBe(value)
  })

  it.each([
    ['an absent variable', ref('system', 'ABSENT'), 'ABSENT'],
    ['an absent file', ref('file', join(folder, 'absent')), 'ENOENT'],
    ['a folder', ref('file', folder), 'EISDIR'],
    ['a file that is too long', ref('file', files.long), 'bytes'],
    ['a command that fails', ref('command', 'ls --hush-hush'), 'exit code 2'],
    ['a command that is not there', ref('command', '/absent/command'), 'cannot be run (ENOENT)'],
    ['a command that takes too long', ref('command', 'sleep 5'), 'longer than 300 ms'],
    ['a command that prints too much', ref('command', 'head -c 100000 /dev/zero'), 'bytes'],
  ])('names the secret for %s', async (_, secret, reason) => {
    const failed = resolveSecret(secret, 'TOKEN', { env, timeoutMs: 300 })
    await expect(failed).rejects.toMatchObject({
      code: 'SECRET_UNRESOLVED',
      message: expect.stringMatching(new RegExp(`^secret TOKEN: .*${reason.replace(/[()]/g, '\\$&')}`)) as string,
    })
  })

  it('tells nothing of what a failed command printed', async () => {
    const script = await file('script', 'echo hunter2; echo hunter2 >&2; exit 3')
    const error: unknown = await resolveSecret(ref('command', `sh ${script}`), 'TOKEN', { env }).catch(
      (e: unknown) => e,
    )
    expect(JSON.stringify(error) + String((error as Error).cause)).not.toContain('hunter2')
    expect(error).toMatchObject({ code: 'SECRET_UNRESOLVED' })
  })

  it('refuses Vault by name, and is cancelled with the reason given', async () => {
    await expect(resolveSecret(ref('vault'), 'TOKEN', { env })).rejects.toMatchObject({ code: 'NOT_SUPPORTED_YET' })
    const stop = new AbortController()
    const waiting = resolveSecret(ref('command', 'sleep 5'), 'TOKEN', { env, signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })
})
