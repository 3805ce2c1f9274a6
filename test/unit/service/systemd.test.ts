import { execaSync } from 'execa'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { isUnitOf, unitFile } from '../../../src/service/systemd/installed.js'
import { MARK, quoted, serviceUnit, unitEnvironment, workerUnit } from '../../../src/service/systemd/units.js'
import { cul8er } from '../cli/terminal.js'

const input = { command: ['/usr/bin/node', '/opt/cul8er/main.js'], environment: { CUL8ER_HOME: '/srv/cul8er' } }

test('the unit of a user', () => {
  expect(serviceUnit({ ...input, scope: 'user' })).toBe(`${MARK}
[Unit]
Description=cul8er: Temporal and a worker

[Service]
Type=exec
ExecStart="/usr/bin/node" "/opt/cul8er/main.js"
Environment="CUL8ER_HOME=/srv/cul8er"
Restart=on-failure
RestartSec=5
KillMode=mixed
TimeoutStopSec=30
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native

[Install]
WantedBy=default.target
`)
})

test('the unit of a worker on the machine has its secrets in a file', () => {
  const text = workerUnit({ ...input, scope: 'system', environmentFile: '/etc/cul8er/worker.env' })
  expect(text).toContain('\nEnvironmentFile=-/etc/cul8er/worker.env\n')
  expect(text).toContain('\nAfter=network-online.target incus.service\n')
  expect(text).toContain('\nProtectSystem=full\n')
  expect(text).toContain('\nWantedBy=multi-user.target\n')
})

test.each([
  ['a word', '"a word"'],
  ['50%', '"50%%"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['back\\slash', '"back\\\\slash"'],
  ['two\nlines', '"two\\nlines"'],
  ['/srv\rExecStartPre=/bin/false', '"/srv\\x0dExecStartPre=/bin/false"'],
  ['\u001b[2J\u007f', '"\\x1b[2J\\x7f"'],
])('%j is written %s', (word, written) => expect(quoted(word)).toBe(written))

test('a unit keeps where things are, and no keys', () => {
  expect(
    unitEnvironment({
      PATH: '/usr/bin',
      CUL8ER_HOME: '/srv',
      CUL8ER_SERVICE_PORT: '1',
      CUL8ER_SEAL_KEY: 'k',
      CUL8ER_DEBUG: '1',
      HTTP_PROXY: 'http://proxy:3128',
      HTTPS_PROXY: 'http://ada:pass@proxy:3128',
      XDG_RUNTIME_DIR: '/run/user/1',
      XDG_STATE_HOME: '/state',
      TMPDIR: '/tmp/x',
    }),
  ).toEqual({
    PATH: '/usr/bin',
    CUL8ER_HOME: '/srv',
    CUL8ER_SERVICE_PORT: '1',
    HTTP_PROXY: 'http://proxy:3128',
    XDG_STATE_HOME: '/state',
  })
})

test.each([
  ['HTTPS_PROXY', 'socks5h://ada:pass@proxy:1080'],
  ['HTTPS_PROXY', 'HTTP://ada:pass@proxy:3128'],
  ['http_proxy', 'ada:pass@proxy:3128'],
  ['http_proxy', 'http://ada:pa/ss@proxy:3128'],
  ['CUL8ER_METRICS', 'https+unix://ada:pass@metrics'],
  ['CUL8ER_DB_PASS', 'pass'],
  ['CUL8ER_db_password', 'pass'],
  ['CUL8ER_CREDENTIALS', 'pass'],
])('everybody may read a unit, and so it does not keep %s=%s', (name, value) =>
  expect(unitEnvironment({ [name]: value, LANG: 'de_DE@euro' })).toEqual({ LANG: 'de_DE@euro' }),
)

const mine = { home: '/srv/cul8er', main: '/opt/cul8er/main.js' }
test.each([
  ['of this home and build', serviceUnit({ ...input, scope: 'user' }), true],
  ['of another home', serviceUnit({ ...input, environment: { CUL8ER_HOME: '/srv' }, scope: 'user' }), false],
  ['of another build', serviceUnit({ ...input, command: ['node', '/else/main.js'], scope: 'user' }), false],
  ['of somebody else', serviceUnit({ ...input, scope: 'user' }).replace(MARK, '# mine'), false],
  ['that is not there', null, false],
])('commands start the service by a unit %s', (_, text, by) => expect(isUnitOf(text, mine)).toBe(by))

describe('service install and uninstall', () => {
  let folder = ''
  let env: NodeJS.ProcessEnv = {}
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cul8er-unit-'))
    env = { XDG_CONFIG_HOME: folder, CUL8ER_HOME: join(folder, 'home $1 100% \rUser=root\\'), PATH: process.env.PATH }
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const service = (...words: string[]) => cul8er(['service', ...words, '--user'], { env, cwd: folder })

  it.each([
    ['cul8er.service', []],
    ['cul8er-worker.service', ['--worker', '--address', 'temporal.example.com:7233']],
  ] as const)('%s is written, once, and removed', async (name, words) => {
    const file = join(folder, 'systemd', 'user', name)
    const made = await service('install', ...words)
    expect([made.exit, made.stdout]).toEqual([0, expect.stringContaining(`wrote ${file}\n`)])
    expect(made.stdout).toContain(`→ systemctl --user daemon-reload && systemctl --user enable --now ${name}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o644)
    expect((await service('install', ...words)).stdout).toContain(`nothing to change in ${file}`)
    const removing = words.slice(0, 1)
    expect(JSON.parse((await service('uninstall', ...removing, '--json')).stdout)).toMatchObject({
      unit: name,
      scope: 'user',
      removed: true,
      next: ['systemctl --user daemon-reload'],
    })
    expect((await service('uninstall', ...removing)).stdout).toBe(`there is no ${file}\n`)
  })

  it('leaves a unit of somebody else as it is', async () => {
    const file = unitFile('cul8er.service', 'user', env)
    mkdirSync(join(folder, 'systemd', 'user'), { recursive: true })
    writeFileSync(file, '[Service]\nExecStart=/bin/true\n')
    for (const words of [['install'], ['uninstall']]) {
      const { exit, stderr } = await service(...words)
      expect([exit, stderr]).toEqual([1, expect.stringContaining(`${file} is a unit that cul8er did not write`)])
    }
    expect(readFileSync(file, 'utf8')).toBe('[Service]\nExecStart=/bin/true\n')
  })

  it('--user and --system are one or the other', async () => {
    expect((await service('install', '--system')).exit).toBe(64)
  })

  const hasVerify = execaSync('systemd-analyze', ['--version'], { reject: false }).exitCode === 0
  it.skipIf(!hasVerify)('systemd finds nothing wrong (needs systemd-analyze)', async () => {
    await service('install')
    await service('install', '--worker')
    const { command } = { command: [process.execPath, '/opt/cul8er/main.js'] }
    const machine = join(folder, 'machine.service')
    writeFileSync(machine, serviceUnit({ ...input, command, scope: 'system' }))
    const files = (['cul8er.service', 'cul8er-worker.service'] as const).map((name) => unitFile(name, 'user', env))
    for (const [scope, file] of [...files.map((each) => ['--user', each]), ['--system', machine]] as const) {
      const { exitCode, stderr } = execaSync('systemd-analyze', ['verify', '--man=no', scope ?? '', file ?? ''], {
        reject: false,
        env: { XDG_RUNTIME_DIR: folder },
      })
      // Of units of the machine it may find something, too.
      const ours = stderr.split('\n').filter((line) => line.includes('cul8er') || line.includes('machine.service'))
      expect([file, exitCode, ours]).toEqual([file, 0, []])
    }
  })
})
