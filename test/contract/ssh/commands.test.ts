import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { startSshd, type Sshd } from '../../support/sshd.js'
import { until } from '../../support/until.js'
import { overSsh } from './executor.js'
import { alive, standIn, type StandIn } from './stand-in.js'

/* Commands over a real sshd, which finds a program of ours by the name of Incus's client. */

let incus: StandIn
let sshd: Sshd
let few: Sshd
let host: HostExecutor

beforeAll(async () => {
  incus = await standIn()
  sshd = await startSshd([incus.setting])
  few = await startSshd([incus.setting, 'MaxSessions 3'])
  host = overSsh(sshd)
})
afterAll(async () => {
  await host.close()
  await Promise.all([sshd.close(), few.close(), incus.remove()])
})

const run = async (on: HostExecutor, ...args: string[]): Promise<string> => (await on.run({ args })).stdout
const pidsOf = (verb: string) => until(async () => ((await incus.pids(verb)).length > 0 ? incus.pids(verb) : null))
const gone = (pids: number[]) => until(() => pids.every((pid) => !alive(pid)))

describe('a command', () => {
  it('gets its words as they are, whatever a shell would make of them', async () => {
    const words = [
      '',
      "it's",
      '$HOME `id` $(id)',
      'a\nb',
      '*',
      '-x',
      '~',
      '\\',
      '"',
      '!!',
      'ö€',
      "'\\''",
      '#',
      'a=b;c&d|e>f',
    ]
    expect((await run(host, 'words', ...words)).split('\0').slice(0, -1)).toEqual(words)
  })

  it('runs in English, on the host itself and in its default project', async () => {
    expect(await run(host, 'env')).toBe('C local default\n')
  })

  it('gets a file of any size on its standard input, after what comes before', async () => {
    const file = join(incus.folder, 'large')
    await writeFile(file, randomBytes(24 * 1024 * 1024))
    const { stdout } = await host.run({ args: ['count'], stdin: { file, before: Buffer.from('12345') } })
    expect(Number(stdout)).toBe(24 * 1024 * 1024 + 5)
    await rm(file)
    const missing = host.run({ args: ['count'], stdin: { file } })
    await expect(missing).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' })
  })

  it('hands on what it prints piece by piece', async () => {
    const hash = createHash('sha256')
    const { stdout } = await host.run(
      { args: ['words', ...Array<string>(2_000).fill('x'.repeat(60))] },
      { onStdout: (chunk) => hash.update(chunk) },
    )
    expect(stdout).toBe('')
    expect(hash.digest('hex')).toBe(
      createHash('sha256')
        .update(`${'x'.repeat(60)}\0`.repeat(2_000))
        .digest('hex'),
    )
  })

  it('that fails says what the client says', async () => {
    await expect(run(host, 'fail')).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'Instance not found' })
  })

  it('that may not use Incus says what the login lacks', async () => {
    await expect(run(host, 'may-not')).rejects.toMatchObject({
      code: 'PERMISSION',
      message: expect.stringContaining(`host web: the login ${sshd.address} may not use Incus`) as string,
      hint: expect.stringContaining('usermod -aG incus-admin') as string,
    })
  })

  it('that leaves a process behind ends nevertheless', async () => {
    expect(await run(host, 'left')).toBe('done\n')
    for (const pid of await incus.pids('left')) if (alive(pid)) process.kill(pid)
  })
})

describe('the remote process is gone', () => {
  it.each([
    ['when it is cancelled', 'wait'],
    ['also one that ignores the signal', 'stubborn'],
    ['with what it started', 'children'],
  ])('%s', async (_, verb) => {
    const cancel = new AbortController()
    const running = host.run({ args: [verb] }, { signal: cancel.signal })
    const refused = expect(running).rejects.toThrow('enough')
    const pids = await pidsOf(verb)
    expect(pids.every(alive)).toBe(true)
    cancel.abort(new Error('enough'))
    await refused
    await gone(pids)
  })

  it('when its time is over', async () => {
    const before = (await incus.pids('wait')).length
    await expect(host.run({ args: ['wait'] }, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    const pids = (await incus.pids('wait')).slice(before)
    expect(pids).toHaveLength(1)
    await gone(pids)
  })

  it('when it prints too much', async () => {
    const flood = host.run({ args: ['flood'] }, { maxOutputBytes: 1_000_000 })
    await expect(flood).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
    await gone(await incus.pids('flood'))
  })

  it('also where the connection takes no further session', async () => {
    const narrow = overSsh(few)
    const cancel = new AbortController()
    const before = (await incus.pids('wait')).length
    const running = [1, 2, 3].map(() => narrow.run({ args: ['wait'] }, { signal: cancel.signal }))
    const refused = Promise.all(running.map((each) => expect(each).rejects.toThrow('enough')))
    const pids = await until(async () => {
      const now = (await incus.pids('wait')).slice(before)
      return now.length === 3 ? now : null
    })
    cancel.abort(new Error('enough'))
    await refused
    await gone(pids)
    await narrow.close()
  })
})

describe('side by side', () => {
  it.each([
    ['a usual server', () => sshd],
    ['one that takes three sessions', () => few],
  ])('40 commands at %s, over one connection', async (_, server) => {
    const many = overSsh(server())
    const numbers = Array.from({ length: 40 }, (_each, index) => String(index))
    expect(await Promise.all(numbers.map((number) => run(many, 'slow', number)))).toEqual(numbers.map((n) => `${n}\n`))
    expect((await server().pids()).length).toBeLessThanOrEqual(server() === sshd ? 2 : 1)
    await many.close()
  })

  it('a look does not wait for its turn', async () => {
    const busy = overSsh(sshd)
    const cancel = new AbortController()
    const before = (await incus.pids('wait')).length
    const running = Array.from({ length: 12 }, () => busy.run({ args: ['wait'] }, { signal: cancel.signal }))
    const refused = Promise.all(running.map((each) => expect(each).rejects.toThrow('enough')))
    await until(async () => (await incus.pids('wait')).length >= before + 8)
    const look = busy.run({ args: ['slow', 'there'] }, { ahead: true, signal: AbortSignal.timeout(5_000) })
    expect((await look).stdout).toBe('there\n')
    cancel.abort(new Error('enough'))
    await refused
    await gone(await incus.pids('wait'))
    await busy.close()
  })

  it('one that is cancelled while it waits for its turn leaves the others alone', async () => {
    const narrow = overSsh(few)
    const numbers = Array.from({ length: 12 }, (_each, index) => String(index))
    const cancel = new AbortController()
    const others = numbers.map((number) => run(narrow, 'slow', number))
    const cancelled = narrow.run({ args: ['slow', 'never'] }, { signal: cancel.signal })
    cancel.abort(new Error('enough'))
    await expect(cancelled).rejects.toThrow('enough')
    expect((await Promise.all(others)).map(Number)).toEqual(numbers.map(Number))
    await narrow.close()
  })
})

describe('a connection that breaks', () => {
  it('is opened again, also after the server was away', async () => {
    const other = overSsh(few)
    expect(await run(other, 'slow', '1')).toBe('1\n')
    await few.cut()
    expect(await run(other, 'slow', '2')).toBe('2\n')
    await few.stop()
    await expect(run(other, 'slow', '3')).rejects.toMatchObject({ code: 'UNREACHABLE' })
    await few.start()
    expect(await run(other, 'slow', '4')).toBe('4\n')
    await other.close()
  })

  it('ends what ran over it with UNREACHABLE', async () => {
    const other = overSsh(few)
    const before = (await incus.pids('wait')).length
    const running = other.run({ args: ['wait'] })
    const refused = expect(running).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: 'the SSH connection to host web was lost',
    })
    const pids = await until(async () => {
      const now = (await incus.pids('wait')).slice(before)
      return now.length === 1 ? now : null
    })
    await few.cut()
    await refused
    await other.close()
    for (const pid of pids) if (alive(pid)) process.kill(pid)
  })
})

it('a host without Incus says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cul8er-bare-'))
  await symlink('/usr/bin/env', join(folder, 'env'))
  const bare = await startSshd([`SetEnv PATH=${folder}`])
  const without = overSsh(bare)
  await expect(without.run({ args: ['version'] })).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: 'incus is not installed on host web',
  })
  await without.close()
  await bare.close()
  await rm(folder, { recursive: true })
})
