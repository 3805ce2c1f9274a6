import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLocalExecutor } from '../../src/hosts/local.js'
import type { InstanceSpec } from '../../src/plan/model.js'
import { restartCommand, stopCommand } from '../../src/releases/commands.js'
import { installRelease } from '../../src/releases/install-release.js'
import { until } from '../support/until.js'
import { incus, inside, instanceSpec, launch, tarball } from '../e2e/releases/instance.js'

/*
 * An app runs with the rights of a user `app` in an instance where root places and starts releases. It may say what is in its
 * release and its environment, and do what it likes with what is its own; it must not become root by that.
 */

const APP = 1234
/** Says who started it, and waits. Of the traps it runs `witness` in any case: busybox's shell has the others built in. */
const PROGRAM = (version: string): string => `#!/bin/sh
echo ${version} "$(/usr/bin/id -u 2>/dev/null || /bin/id -u)" >/tmp/started.new && mv /tmp/started.new /tmp/started
command -v witness >/dev/null && witness 2>/dev/null
trap 'exit 0' TERM
while :; do sleep 1 & wait $!; done
`
/** Leaves a word for each user who ran it. */
const TRAP = `#!/bin/sh
PATH=/usr/bin:/bin
echo "\${0##*/} was run by $(id -u)" >>/tmp/trapped
chmod 666 /tmp/trapped
exec "\${0##*/}" "$@"
`
const PROGRAMS = [
  'setpriv',
  'mv',
  'witness',
  'su',
  'sh',
  'env',
  'cat',
  'id',
  'awk',
  'find',
  'sleep',
  'mkdir',
  'chown',
  'chmod',
  'cp',
  'true',
]

describe.each([
  ['busybox', 'cul8er/tiny'],
  ['systemd', 'cul8er/debian'],
])('an app under %s', { timeout: 150_000 }, (init, image) => {
  const executor = createLocalExecutor({ host: 'localhost' })
  let name: string
  const version = async (v: string, files: Record<string, string> = {}, changes: Partial<InstanceSpec> = {}) => {
    const { path, artifact } = await tarball({ 'bin/demo': PROGRAM(v), 'data/file': v, ...files })
    const release = { name: 'demo', version: v, artifact, start: null, stop: null }
    return { path, spec: instanceSpec(name, { image, release, ...changes }) }
  }
  const install = ({ path, spec }: { path: string; spec: InstanceSpec }) =>
    installRelease(executor, spec, { artifactPath: path, secrets: new Map([['TOKEN', 'hush\n']]), stopSeconds: 5 })
  const runs = (v: string) => until(async () => (await inside(name, 'cat /tmp/started')) === `${v} ${APP}\n`)
  /** As the app; that something is refused is no failure here. */
  const attack = (script: string): Promise<string> =>
    inside(name, `cat >/tmp/attack <<'END'\n${script}\nEND\nsu -s /bin/sh app -c 'sh /tmp/attack' 2>&1; true`)
  const precious = (): Promise<string> => inside(name, 'stat -c "%a %u" /root/precious; cat /root/precious')
  const stillPrecious = '600 0\nprecious\n'

  beforeAll(async () => {
    name = await launch(`rel-sec-${init}`, image)
    await inside(
      name,
      `echo app:x:${APP}:${APP}::/home/app:/bin/sh >>/etc/passwd; echo app:x:${APP}: >>/etc/group
      echo 'app:*:19000::::::' >>/etc/shadow
      mkdir -p /home/app /root && chown ${APP} /home/app
      umask 077; echo precious >/root/precious`,
    )
  })
  afterAll(async () => {
    if (name) await incus('delete', '-f', name)
  })

  // The shell of Debian's busybox has the programs built in and did not look on the PATH before either.
  it('has no program of its release run by root', async () => {
    const traps = Object.fromEntries(PROGRAMS.map((program) => [`bin/${program}`, TRAP]))
    const PATH = '/opt/demo/current/bin:/usr/bin:/bin'
    const environment = { PATH, ENV: '/opt/demo/current/bin/sh' }
    const trapped = await version('0.1.0', { ...traps, 'bin/quit': '#!/bin/sh\n' }, { environment })
    const spec = { ...trapped.spec, release: { ...trapped.spec.release!, stop: ['bin/quit'] } }
    await install({ ...trapped, spec })
    await runs('0.1.0')
    await executor.run(restartCommand(spec, { stopSeconds: 5 }))
    await executor.run(stopCommand(spec, { stopSeconds: 5 }))
    const seen = (await inside(name, 'cat /tmp/trapped')).trim().split('\n')
    expect(seen.filter((line) => !line.endsWith(` ${APP}`))).toEqual([])
    // The trap works, or this shows nothing.
    expect(seen).toContain(`witness was run by ${APP}`)
  })

  it('plants no link that root writes through', async () => {
    const first = await version('1.0.0')
    await install(first)
    await runs('1.0.0')
    await attack(`for folder in /opt/demo /opt/demo/1.0.0 /etc/cul8er /etc/cul8er/releases/demo/1.0.0 /var/log/cul8er; do
      for file in .cul8er-order order sha256 files .hold .reload .owner current demo.env demo.log demo.log.1; do
        ln -sfn /root/precious "$folder/$file"
      done
    done`)
    expect((await install(first)).uploaded).toBe(false)
    await install(await version('1.1.0'))
    await runs('1.1.0')
    await executor.run(stopCommand(first.spec, { stopSeconds: 5 }))
    await executor.run(restartCommand(first.spec, { stopSeconds: 5 }))
    expect(await precious()).toBe(stillPrecious)
  })

  it('plants none in a folder that was its own before', async () => {
    await inside(name, `mkdir /opt/own && chown ${APP}:${APP} /opt/own`)
    const plant = () =>
      attack(`cd /opt/own && mkdir -p 1.0.0 && for file in .hold .reload .owner .current.new run current \\
        1.0.0/.cul8er-order 1.0.0/order .unpack .unpack.tar.gz; do ln -s /root/precious "$file"; done`)
    await plant()
    expect(await inside(name, 'readlink /opt/own/.hold')).toBe('/root/precious\n')
    const { path, artifact } = await tarball({ 'bin/own': PROGRAM('own') })
    const own = { name: 'own', version: '1.0.0', artifact, start: null, stop: null }
    for (const stop of [null, ['true']]) {
      const spec = instanceSpec(name, { image, release: { ...own, stop } })
      await install({ path, spec })
      await runs('own')
      await plant()
      await executor.run(stopCommand(spec, { stopSeconds: 5 }))
    }
    expect(await precious()).toBe(stillPrecious)
    expect(await inside(name, 'stat -c "%a %u" /opt/own /opt/own/1.0.0 /opt/own/run')).toBe('755 0\n755 0\n755 0\n')
  })

  it('passes no changed program as what was released', async () => {
    const released = await version('2.0.0')
    await install(released)
    await runs('2.0.0')
    const change = `cd /opt/demo/2.0.0 && touch -r bin/demo /tmp/time-$(id -u) &&
      sed 's/echo 2.0.0/echo 6.6.6/' bin/demo >/tmp/changed-$(id -u) && cat /tmp/changed-$(id -u) >bin/demo &&
      touch -r /tmp/time-$(id -u) bin/demo && echo changed`
    // The app can change nothing that a start runs…
    expect(await attack(change)).not.toContain('changed\n')
    await attack(`mv /opt/demo/2.0.0 /opt/demo/gone; mkdir /opt/demo/2.0.0; echo x >/opt/demo/current/data/file`)
    expect((await install(released)).uploaded).toBe(false)
    await runs('2.0.0')
    expect(await inside(name, 'cat /opt/demo/current/data/file')).toBe('2.0.0')
    // … and what root itself changed, size and time kept, is seen.
    expect(await inside(name, change)).toBe('changed\n')
    expect((await install(released)).uploaded).toBe(true)
    await inside(name, 'rm /tmp/started')
    await executor.run(restartCommand(released.spec, { stopSeconds: 5 }))
    await runs('2.0.0')
  })

  it('gets no setuid program from a tarball, and can read and run what is its own', async () => {
    const { path, artifact } = await tarball(
      { 'bin/demo': PROGRAM('3.0.0'), 'bin/become': '#!/bin/sh\n', secret: 'cookie' },
      { 'bin/become': 0o6755, secret: 0o600 },
    )
    const release = { name: 'demo', version: '3.0.0', artifact, start: null, stop: null }
    await install({ path, spec: instanceSpec(name, { image, release }) })
    await runs('3.0.0')
    expect(await inside(name, 'cd /opt/demo/3.0.0 && stat -c "%a %u %g" bin/demo bin/become secret')).toBe(
      `755 0 ${APP}\n755 0 ${APP}\n640 0 ${APP}\n`,
    )
    expect(await attack('cat /opt/demo/3.0.0/secret')).toBe('cookie')
  })
})
