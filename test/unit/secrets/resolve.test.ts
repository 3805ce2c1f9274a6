import { execFileSync } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveSecret } from '../../../src/secrets/resolve.js'
import { SECRET_LIMIT_BYTES } from '../../../src/secrets/sources/resolver.js'
import type { SecretRef } from '../../../src/topology/model.js'

const env = { PATH: process.env.PATH, HOME: '/home/me', LANG: 'C', TOKEN: 'from env', SSH_AUTH_SOCK: '/agent' }
const folder = await mkdtemp(join(tmpdir(), 'cul8er-secret-'))
const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}
const files = {
  a: await file('a', 'one\ntwo\n'),
  b: await file('b', 'one\n\n'),
  long: await file('long', 'x'.repeat(SECRET_LIMIT_BYTES + 1)),
  lingering: await file('lingering', "trap '' TERM; sleep 30 & wait"),
  fifo: join(folder, 'fifo'),
}
execFileSync('mkfifo', [files.fifo])
const ref = (from: SecretRef['from'], key: string | null = null): SecretRef => ({ from, key })

describe('resolveSecret', () => {
  it.each([
    ['a file without its last line end', ref('file', files.a), 'one\ntwo'],
    ['a file of which one line end goes', ref('file', files.b), 'one\n'],
    ['a command', ref('command', 'echo a  b'), 'a b'],
    ['a command with an escaped space', ref('command', 'printf [%s] a\\ b c'), '[a b][c]'],
    ['a command that says what it needs', ref('command', 'env ADDRESS=there printenv ADDRESS'), 'there'],
    ['a command without a shell', ref('command', 'echo $TOKEN; `id`'), '$TOKEN; `id`'],
  ])('reads %s', async (_, secret, value) => {
    expect(await resolveSecret(secret, 'TOKEN', { env })).toBe(value)
  })

  it.each([
    ['a variable of the worker', ref('system'), 'the environment of the command that deployed had no TOKEN'],
    ['a variable of the worker by its name', ref('system', 'SSH_AUTH_SOCK'), 'had no SSH_AUTH_SOCK'],
    ['a FIFO', ref('file', files.fifo), 'is not a regular file'],
    ['a device', ref('file', '/dev/zero'), 'is not a regular file'],
    ['a child that holds on to its output', ref('command', `sh ${files.lingering}`), 'longer than 300 ms'],
    ['an absent file', ref('file', join(folder, 'absent')), 'ENOENT'],
    ['a folder', ref('file', folder), 'EISDIR'],
    ['a file that is too long', ref('file', files.long), 'bytes'],
    ['a command that fails', ref('command', 'ls --hush-hush'), 'code 2'],
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

  it('gives a command PATH, HOME and LANG alone', async () => {
    const printed = await resolveSecret(ref('command', 'env'), 'TOKEN', { env })
    const names = printed.split('\n').map((line) => line.split('=')[0])
    // Node hands this on to every child, where coverage is measured.
    expect(names.filter((name) => name !== 'NODE_V8_COVERAGE')).toEqual(['PATH', 'HOME', 'LANG'])
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
