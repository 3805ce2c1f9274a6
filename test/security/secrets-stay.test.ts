import { setTimeout as sleep } from 'node:timers/promises'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Client, Connection } from '@temporalio/client'
import { temporal } from '@temporalio/proto'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationResult } from '../../src/contracts/index.js'
import { inside } from '../e2e/releases/instance.js'
import { Home } from '../e2e/service/home.js'
import { makeCertificate } from '../support/certificates.js'
import { tarGz } from '../support/tarballs.js'

/*
 * A marker in every place where a secret can be written, and an app that prints them all, as they are and in base64; a certificate of
 * one's own at the edge; a webhook with a token in its URL. Real Incus, an embedded service: one deploy succeeds, one fails at health and is undone. Then everything that anybody could read is searched.
 */

const MARKS = {
  system: 'mark-of-system-8f21',
  file: 'mark-of-file-77ab',
  command: 'mark-of-command-c0de',
  webhook: 'mark-of-webhook-5b1e',
}
/** Not a secret: where this is found, a secret would be. */
const PLAIN = 'mark-of-nothing-1234'

/** The edge of the host gets it; the app does not. */
const own = makeCertificate()
const [, keyLine = ''] = own.key.split('\n')

const forms = [
  ...Object.entries(MARKS).flatMap(([from, mark]) => [
    { from, needle: Buffer.from(mark) },
    // Without the last letters, which depend on what follows.
    { from: `${from} in base64`, needle: Buffer.from(Buffer.from(mark).toString('base64').slice(0, -4)) },
  ]),
  { from: 'private key', needle: Buffer.from(keyLine) },
  { from: 'private key in DER', needle: Buffer.from(keyLine, 'base64') },
  { from: 'private key in base64', needle: Buffer.from(Buffer.from(own.key).toString('base64').slice(40, 100)) },
]
const found = (where: Uint8Array | string): string[] => {
  const bytes = Buffer.from(where)
  return forms.filter(({ needle }) => bytes.includes(needle)).map(({ from }) => from)
}

const APP = (healthy: boolean): string => `#!/bin/sh
[ "\${1:-start}" = start ] || exit 0
for each in "$SYSTEM" "$FILE" "$COMMAND"; do
  echo "my secret is $each, or https://me:$each@db, or $(printf %s "$each" | base64)" | tee -a /tmp/said
done
${healthy ? 'touch /tmp/well' : 'rm -f /tmp/well'}
exec sleep 100000
`

describe('secrets stay where they are placed', { timeout: 180_000 }, () => {
  const home = new Home()
  const ports = { CUL8ER_SERVICE_PORT: '17471', CUL8ER_UI_PORT: '18471' }
  const name = 'secrets-stay'
  /** Whatever a command printed, and was in a process list meanwhile. */
  const printed: Record<string, string> = {}
  const processes = new Set<string>()

  const run = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const ran = await home.cul8er(args, { ...ports, ...env })
    printed[args.join(' ')] = `${ran.stdout}${ran.stderr}`
    return ran
  }

  function declare(version: string, more: string[] = []): void {
    const app = {
      type: 'container',
      image: 'cul8er/tiny',
      environment: {
        PLAIN,
        SYSTEM: { secret: { from: 'system', key: 'STAYS_SYSTEM' } },
        FILE: { secret: { from: 'file', key: join(home.folder, 'file-secret') } },
        COMMAND: { secret: { from: 'command', key: `cat ${join(home.folder, 'command-secret')}` } },
      },
      deploy: { release: 'app', version },
    }
    const certificate = { cert: 'own.pem', key: 'key-secret' }
    const network = { expose: [{ port: 4000, as: 18_671, protocol: 'https', certificate }] }
    const declaration = {
      name,
      hosts: { here: { address: 'localhost', platform: 'debian' } },
      notify: ['STAYS_HOOK', 'STAYS_DOWN'].map((key) => ({ webhook: { secret: { from: 'system', key } } })),
      resources: Object.fromEntries([...more, 'app'].map((each) => [each, each === 'app' ? { ...app, network } : app])),
      strategy: {
        healthcheck: {
          command: ['sh', '-c', 'cat /tmp/said >&2; test -e /tmp/well'],
          interval: '200ms',
          timeout: '2s',
          retries: 2,
          minHealthyTime: '200ms',
          deadline: '4s',
        },
      },
    }
    writeFileSync(join(home.folder, 'cul8er.config.json'), JSON.stringify(declaration))
  }

  /** Who is told of the operations that fail; one of the two URLs never takes it. */
  const told: { path: string; key: unknown; body: string }[] = []
  const hooks = createServer((request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? ''
      told.push({ path, key: request.headers['idempotency-key'], body })
      response.writeHead(path.endsWith('/down') ? 500 : 204).end(path)
    })
  })
  const secret = { STAYS_SYSTEM: MARKS.system, STAYS_HOOK: '', STAYS_DOWN: '' }
  let watching = true
  let watch: Promise<void>
  let failed: OperationResult
  beforeAll(async () => {
    await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve))
    secret.STAYS_HOOK = `http://127.0.0.1:${(hooks.address() as AddressInfo).port}/${MARKS.webhook}`
    secret.STAYS_DOWN = `${secret.STAYS_HOOK}/down`
    writeFileSync(join(home.folder, 'file-secret'), `${MARKS.file}\n`)
    writeFileSync(join(home.folder, 'command-secret'), `${MARKS.command}\n`)
    writeFileSync(join(home.folder, 'own.pem'), own.cert)
    writeFileSync(join(home.folder, 'key-secret'), own.key)
    mkdirSync(join(home.folder, 'releases'))
    for (const [version, well] of [
      ['1.0.0', true],
      ['2.0.0', false],
    ] as const) {
      writeFileSync(join(home.folder, 'releases', `app-${version}.tar.gz`), await tarGz({ 'bin/app': APP(well) }))
    }
    watch = (async () => {
      while (watching) {
        const { stdout } = await execa('ps', ['-eo', 'args'], { reject: false })
        for (const line of stdout.split('\n')) processes.add(line)
        await sleep(50)
      }
    })()
    declare('1.0.0')
    await run(['plan', '--out', 'first.plan'], secret)
    await run(['deploy', '--dry-run'], secret)
    expect((await run(['deploy', '--yes'], secret)).exit).toBe(0)
    await run(['logs'])
    declare('2.0.0', ['extra'])
    await run(['plan', '--json', '--out', 'second.plan'], secret)
    const { exit, stdout } = await run(['deploy', '--yes', '--json'], secret)
    expect(exit).toBe(4)
    failed = JSON.parse(stdout) as OperationResult
    await run(['deploy', '--yes', '--force'], secret)
    for (const args of [
      ['status', '--json'],
      ['history', '--json'],
      ['logs', '--json'],
      ['state', 'export'],
    ])
      await run(args)
    await run(['logs', '--operation', 'op-2'])
    await run(['state', 'export', '--out', 'stays.state'])
    watching = false
    await watch
  }, 240_000)
  afterAll(async () => {
    watching = false
    await run(['destroy', '--yes'])
    await home.remove()
    hooks.close()
  }, 120_000)

  it('the app did print them, and its lines come back', () => {
    expect(failed).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    const lines = [
      JSON.stringify(failed),
      printed.logs,
      printed['logs --operation op-2'],
      printed['deploy --yes --force'],
    ]
    for (const text of lines) expect(text).toContain('my secret is ***, or https://me:***@db')
  })

  it('the webhook was told of what failed, with no secret in it', async () => {
    const of = (path: string) => told.filter((each) => each.path === `/${MARKS.webhook}${path}`)
    for (const until = Date.now() + 15_000; of('').length < 2 && Date.now() < until;) await sleep(100)
    expect(of('').map(({ key }) => key)).toEqual([`topology/${name}/op/2`, `topology/${name}/op/3`])
    expect(JSON.parse(of('')[0]?.body ?? '')).toMatchObject({
      event: 'operationEnded',
      topology: name,
      operation: 'op-2',
      outcome: 'rolledBack',
      versions: ['app@2.0.0'],
      reason: { code: 'UNHEALTHY' },
    })
    expect(of('/down').length).toBeGreaterThan(1)
    for (const { body } of told) expect(found(body)).toEqual([])
  })

  it('nothing that a command printed has one', () => {
    for (const [args, text] of Object.entries(printed)) expect([args, found(text)]).toEqual([args, []])
  })

  it('the edge has the certificate', async () => {
    const look = 'cd /etc/cul8er-edge && cat certs/*.pem && stat -c "mode %a" . certs/*.pem'
    const said = await inside('cul8er-edge', look)
    expect(found(said)).toEqual(['private key'])
    expect(new Set(said.match(/mode \d+/g))).toEqual(new Set(['mode 700', 'mode 600']))
  })

  it('neither has a process list', () => {
    expect([...processes].some((line) => line.includes('incus'))).toBe(true)
    for (const line of processes) expect([line, found(line)]).toEqual([line, []])
  })

  it('nor a file of the home, logs and the database of Temporal among them, nor a saved plan or state', () => {
    const files = readdirSync(home.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^(file|command|key)-secret$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
    const contents = files.map((file) => ({ file, bytes: readFileSync(file) }))
    for (const { file, bytes } of contents) expect([file, found(bytes)]).toEqual([file, []])
    const with_ = contents.filter(({ bytes }) => bytes.includes(PLAIN)).map(({ file }) => file)
    expect(with_.join('\n')).toMatch(/temporal\.db/)
    expect(with_.join('\n')).toMatch(/second\.plan[^]*stays\.state|stays\.state[^]*second\.plan/)
  })

  it('nor a history', async () => {
    const address = `127.0.0.1:${home.record()?.port}`
    const connection = await Connection.connect({ address })
    const client = new Client({ connection })
    let searched = 0
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
      const bytes = temporal.api.history.v1.History.encode(history).finish()
      expect([workflowId, found(bytes)]).toEqual([workflowId, []])
      searched += Buffer.from(bytes).includes(PLAIN) ? 1 : 0
    }
    await connection.close()
    expect(searched).toBeGreaterThan(1)
  })

  it('nor the configuration in Incus, of the instance or of its snapshots', async () => {
    const { stdout } = await execa('incus', ['query', `/1.0/instances/${name}-app?recursion=2`], { stdin: 'ignore' })
    const snapshots = await execa('incus', ['query', `/1.0/instances/${name}-app/snapshots?recursion=2`], {
      stdin: 'ignore',
    })
    expect(stdout).toContain('user.cul8er.topology')
    expect(found(stdout + snapshots.stdout)).toEqual([])
  })
})
