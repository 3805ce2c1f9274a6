import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLocalExecutor } from '../../../src/hosts/local.js'
import type { InstanceSpec } from '../../../src/plan/model.js'
import { logsCommand, restartCommand, stopCommand } from '../../../src/releases/commands.js'
import { installRelease } from '../../../src/releases/install-release.js'
import { lastLogs } from '../../../src/releases/last-logs.js'
import { until } from '../../support/until.js'
import { incus, inside, instanceSpec, launch, tarball } from './instance.js'

const PROGRAM = (version: string): string => `#!/bin/sh
cat /proc/self/environ >/tmp/env
echo ${version} "$(pwd)" "$@" >/tmp/started.new && mv /tmp/started.new /tmp/started
echo "started ${version} as $$"
trap 'echo "stopped ${version}"; exit 0' TERM
while :; do sleep 1 & wait $!; done
`
const AWKWARD = 'a "b" \'c\' $HOME `id` \\n \\\nsecond line\n\t*  end $(id)\n'
const SECRET = `s3cret-${'x'.repeat(20)} "quoted" 'and' $more\n\n`

/** What a release shall do under any init; the same cases for every image. */
export function releaseBehaviour(
  init: string,
  image: string,
  prepare: (name: string) => Promise<void> = () => Promise.resolve(),
): void {
  describe(`a release under ${init}`, () => {
    const executor = createLocalExecutor({ host: 'localhost' })
    let name: string
    const version = async (v: string, changes: Partial<InstanceSpec> = {}, files: Record<string, string> = {}) => {
      const { path, artifact } = await tarball({ 'bin/demo': PROGRAM(v), 'data/file': v, ...files })
      const spec = instanceSpec(name, {
        image,
        environment: { CLEAR: AWKWARD, EMPTY: '', VERSION: v },
        secrets: [{ name: 'TOKEN', ref: { from: 'system', key: null }, sealed: null }],
        release: { name: 'demo', version: v, artifact, start: null, stop: null },
        ...changes,
      })
      return { spec, path }
    }
    const secrets = new Map([['TOKEN', SECRET]])
    const install = ({ spec, path }: { spec: InstanceSpec; path: string }) =>
      installRelease(executor, spec, { artifactPath: path, secrets, stopSeconds: 5 })
    const started = (): Promise<string> => inside(name, 'cat /tmp/started')
    /** Ids of the release's processes whose command line has the words. */
    const processes = async (words: string): Promise<string[]> => {
      const script = `for p in /proc/[0-9]*; do
        tr '\\0' '\\n' <$p/environ 2>/dev/null | grep -q '^CUL8ER_RELEASE=demo$' || continue
        tr '\\0' ' ' <$p/cmdline | grep -q '${words}' && echo \${p#/proc/}
      done; true`
      return (await inside(name, script)).trim().split('\n').filter(Boolean)
    }
    const programs = (): Promise<string[]> => processes('')
    const mains = (): Promise<string[]> => processes('bin/demo start')
    const one = async (): Promise<[string] | null> => {
      const [pid, ...more] = await mains()
      return pid !== undefined && more.length === 0 ? [pid] : null
    }

    beforeAll(async () => {
      name = await launch(`rt-${init}`, image)
      await prepare(name)
    }, 120_000)
    afterAll(async () => {
      if (name) await incus('delete', '-f', name)
    })

    it('starts with its environment and secrets intact', async () => {
      const first = await version('1.0.0')
      const { uploaded } = await install(first)
      expect(uploaded).toBe(true)
      expect(await until(started)).toBe('1.0.0 /opt/demo/1.0.0 start\n')
      const entries = (await inside(name, 'cat /tmp/env')).split('\0')
      expect(entries).toContain(`CLEAR=${AWKWARD}`)
      expect(entries).toContain(`TOKEN=${SECRET}`)
      expect(entries).toContain('EMPTY=')
    }, 60_000)

    it('keeps secrets in 0400 files, out of the configuration and the process list', async () => {
      expect(await inside(name, 'cat /etc/cul8er/secrets/TOKEN')).toBe(SECRET)
      expect(await inside(name, 'stat -c %a /etc/cul8er/secrets/TOKEN /etc/cul8er/demo.env')).toBe('400\n400\n')
      expect(await incus('config', 'show', name, '--expanded')).not.toContain('s3cret')
      expect(await inside(name, 'for p in /proc/[0-9]*; do tr "\\0" " " <$p/cmdline; done')).not.toContain('s3cret')
      expect(await incus('query', `/1.0/instances/${name}?recursion=1`)).not.toContain('s3cret')
    }, 30_000)

    it('goes to another version and back without an upload, keeping three', async () => {
      const second = await version('1.1.0')
      expect((await install(second)).uploaded).toBe(true)
      await until(async () => (await started()).startsWith('1.1.0 /opt/demo/1.1.0'))
      expect(await mains()).toHaveLength(1)
      expect((await install(second)).uploaded).toBe(false)
      for (const v of ['1.2.0', '1.3.0']) await install(await version(v))
      await until(async () => (await started()).startsWith('1.3.0'))
      expect((await inside(name, 'ls /opt/demo')).trim().split('\n')).toEqual([
        '1.1.0',
        '1.2.0',
        '1.3.0',
        'current',
        'run',
      ])
      expect((await install(second)).uploaded).toBe(false)
      await until(async () => (await started()).startsWith('1.1.0'))
      expect(await inside(name, 'readlink /opt/demo/current; cat /opt/demo/current/data/file')).toBe('1.1.0\n1.1.0')
      expect(await mains()).toHaveLength(1)
    }, 60_000)

    it('replaces a version that was built again', async () => {
      const rebuilt = await version('1.1.0', {}, { 'data/file': 'rebuilt' })
      expect((await install(rebuilt)).uploaded).toBe(true)
      expect(await inside(name, 'cat /opt/demo/current/data/file')).toBe('rebuilt')
    }, 30_000)

    it('comes back after a crash', async () => {
      const [before] = await until(one)
      for (let round = 0; round < 3; round++) {
        const [pid] = await until(one)
        await inside(name, `kill -KILL ${pid}`)
        await until(async () => {
          const [now, ...more] = await mains()
          return now !== undefined && now !== pid && more.length === 0
        })
      }
      expect((await mains())[0]).not.toBe(before)
    }, 60_000)

    it('comes back after a restart of the instance, once', async () => {
      await inside(name, 'rm -f /tmp/started')
      await incus('restart', '-f', name)
      expect(await until(started, { timeoutMs: 30_000 })).toContain('1.1.0')
      await new Promise((resolve) => setTimeout(resolve, 2_500))
      expect(await mains()).toHaveLength(1)
    }, 60_000)

    it('restarts with a changed secret and forgets one that is gone', async () => {
      const { spec, path } = await version('1.1.0', {}, { 'data/file': 'rebuilt' })
      await installRelease(
        executor,
        { ...spec, secrets: [] },
        { artifactPath: path, secrets: new Map([['OTHER', 'o']]) },
      )
      await until(async () => (await inside(name, 'cat /tmp/env')).includes('OTHER=o\0'))
      expect(await inside(name, 'cat /tmp/env')).not.toContain('TOKEN=')
      expect(await inside(name, 'ls /etc/cul8er/secrets')).toBe('OTHER\n')
    }, 30_000)

    it('stops, stays stopped over a restart, and starts again', async () => {
      const { spec } = await version('1.1.0')
      await executor.run(stopCommand(spec, { stopSeconds: 5 }))
      expect(await mains()).toEqual([])
      // The journal may write it down a moment later.
      await until(async () => (await lastLogs(executor, spec, 3)).some((line) => line.includes('stopped 1.1.0')))
      await incus('restart', '-f', name)
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      expect(await mains()).toEqual([])
      await executor.run(restartCommand(spec, { stopSeconds: 5 }))
      await until(async () => (await mains()).length === 1)
    }, 60_000)

    it('runs once after many restarts in a row', async () => {
      const { spec } = await version('1.1.0')
      for (let round = 0; round < 6; round++) await executor.run(restartCommand(spec, { stopSeconds: 5 }))
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect(await mains()).toHaveLength(1)
    }, 60_000)

    it('is killed, with what it left behind, when it ignores SIGTERM', async () => {
      const { spec, path } = await version(
        '2.0.0',
        {},
        {
          'bin/demo': `#!/bin/sh\ntrap '' TERM\nsleep 4711 &\necho 2.0.0 >/tmp/started\nwhile :; do sleep 1; done\n`,
        },
      )
      await install({ spec, path })
      await until(async () => (await started()) === '2.0.0\n')
      const startedAt = performance.now()
      await installRelease(
        executor,
        { ...spec, release: { ...spec.release!, version: '2.0.1' } },
        { artifactPath: path, secrets, stopSeconds: 5 },
      )
      const took = performance.now() - startedAt
      await executor.run(stopCommand(spec, { stopSeconds: 1 }))
      expect(await programs()).toEqual([])
      expect(took).toBeGreaterThan(4_500)
      expect(took).toBeLessThan(9_000)
    }, 60_000)

    it('runs a stop command, and its own start command', async () => {
      const { spec, path } = await version(
        '3.0.0',
        {},
        {
          'bin/go': `#!/bin/sh\necho "went $1" >/tmp/started\ncat /proc/self/environ >/tmp/env\nexec sleep 4712\n`,
          'bin/quit': `#!/bin/sh\nprintf '%s' "$TOKEN" >/tmp/quit\n`,
        },
      )
      const release = { ...spec.release!, start: ['bin/go', "it's $HOME"], stop: ['bin/quit', 'now'] }
      await install({ spec: { ...spec, release }, path })
      await until(async () => (await started()) === "went it's $HOME\n")
      await executor.run(stopCommand(spec, { stopSeconds: 5 }))
      expect(await inside(name, 'cat /tmp/quit')).toBe(SECRET)
      expect(await programs()).toEqual([])
    }, 60_000)

    it('drops rights when there is a user app', async () => {
      await inside(
        name,
        'echo app:x:1234:1234::/opt/demo:/bin/sh >>/etc/passwd; echo app:x:1234: >>/etc/group; rm -f /tmp/started /tmp/env /tmp/quit',
      )
      await install(
        await version(
          '4.0.0',
          {},
          { 'bin/demo': '#!/bin/sh\necho "$(id -u) $(id -g) $HOME $TOKEN" >/tmp/started\nexec sleep 4713\n' },
        ),
      )
      expect(await until(started)).toBe(`1234 1234 /opt/demo ${SECRET.trimEnd()}\n\n\n`)
      // It may read its release and run it, and write nothing there.
      expect(await inside(name, 'stat -c "%u %g %a" /opt/demo/4.0.0/bin/demo /opt/demo/4.0.0/data/file')).toBe(
        '0 1234 755\n0 1234 644\n',
      )
      await inside(name, "sed -i '/^app:/d' /etc/passwd /etc/group; rm -f /tmp/started /tmp/env /tmp/quit")
    }, 30_000)

    it('refuses a broken tarball and leaves what runs alone', async () => {
      await install(await version('5.0.0'))
      await until(async () => (await started()).startsWith('5.0.0'))
      const [pid] = await mains()
      const good = await version('5.1.0')
      await writeFile(good.path, (await readFile(good.path)).subarray(0, 100))
      await expect(install(good)).rejects.toMatchObject({
        code: 'ARTIFACT_BROKEN',
        message: expect.stringContaining('sha256') as string,
      })
      const cut = await readFile(good.path)
      const { createHash } = await import('node:crypto')
      const artifact = { sha256: createHash('sha256').update(cut).digest('hex'), size: cut.length }
      const spec = { ...good.spec, release: { ...good.spec.release!, artifact } }
      await expect(install({ spec, path: good.path })).rejects.toMatchObject({ code: 'ARTIFACT_BROKEN' })
      const noProgram = await version('5.2.0', {}, {})
      const other = { ...noProgram.spec, release: { ...noProgram.spec.release!, start: ['bin/absent'] } }
      await expect(install({ spec: other, path: noProgram.path })).rejects.toMatchObject({
        code: 'ARTIFACT_BROKEN',
        message: expect.stringContaining('bin/absent') as string,
      })
      expect(await mains()).toEqual([pid])
      expect(await inside(name, 'readlink /opt/demo/current')).toBe('5.0.0\n')
    }, 60_000)

    it('shows and follows its log', async () => {
      const { spec } = await version('5.0.0')
      // `incus exec` now and then loses all that was said.
      const lines = async (): Promise<string[]> =>
        (await executor.run(logsCommand(spec, { lines: 2 }))).stdout.trimEnd().split('\n')
      await until(async () => (await lines()).length === 2)
      const seen: string[] = []
      const stop = new AbortController()
      const following = executor.run(logsCommand(spec, { lines: 1, follow: true }), {
        signal: stop.signal,
        onStdout: (chunk) => seen.push(Buffer.from(chunk).toString()),
      })
      const ended = following.catch((error: unknown) => error)
      await until(async () => seen.length > 0)
      await executor.run(restartCommand(spec, { stopSeconds: 5 }))
      await until(async () => seen.join('').includes('stopped 5.0.0'))
      stop.abort(new Error('enough'))
      expect(await ended).toMatchObject({ message: 'enough' })
    }, 30_000)
  })
}
