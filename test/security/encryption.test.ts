import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { payloadCodecs } from '../../src/payloads/codecs.js'
import { loadSealKey } from '../../src/secrets/seal-key.js'
import { identify } from '../../src/service/identity.js'
import { temporalCommand } from '../../src/service/parts.js'
import { servicePaths } from '../../src/service/paths.js'
import { choosePorts } from '../../src/service/ports.js'
import { temporalReady } from '../../src/service/ready.js'
import { Home } from '../e2e/service/home.js'
import { temporalBinary } from '../support/temporal.js'
import { canBrowse, shown } from './browser.js'

const MARKER = 'words-in-clear-4711'

const TOPOLOGY = {
  name: 'encrypted',
  hosts: { here: { address: 'localhost', platform: 'emulated' } },
  resources: { web: { type: 'container', on: 'here', image: 'cul8er/tiny', environment: { MARKER } } },
}

/** Payloads of a history, wherever they stand in it. */
function payloadsIn(value: unknown): { metadata: Record<string, Uint8Array> }[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  const here = 'metadata' in value && 'data' in value ? [value as { metadata: Record<string, Uint8Array> }] : []
  return [...here, ...Object.values(value).flatMap(payloadsIn)]
}

describe('with CUL8ER_ENCRYPT=1', () => {
  const home = new Home()
  const encrypt = { CUL8ER_ENCRYPT: '1' }
  const inDatabase = (text: string): boolean =>
    readdirSync(home.path)
      .filter((file) => file.startsWith('temporal.db'))
      .some((file) => readFileSync(join(home.path, file)).includes(text))

  beforeAll(async () => {
    writeFileSync(join(home.folder, 'cul8er.config.json'), JSON.stringify(TOPOLOGY))
    const { exit, stdout, stderr } = await home.cul8er(['deploy', '--yes'], encrypt)
    expect({ exit, out: stdout + stderr }).toMatchObject({ exit: 0 })
  })
  afterAll(() => home.remove())

  it('a deploy leaves no word of the topology in the database', () => {
    expect(inDatabase('topology/encrypted')).toBe(true)
    expect(inDatabase(MARKER)).toBe(false)
  })

  it('all payloads of its histories are encrypted', async () => {
    const connection = await Connection.connect({ address: `127.0.0.1:${home.record()!.port}` })
    try {
      const client = new Client({ connection })
      for (const id of ['topology/encrypted', 'topology/encrypted/op/1']) {
        const { events } = await client.workflow.getHandle(id).fetchHistory()
        // Search attributes are what the server looks workflows up by; it has to read them.
        const payloads = payloadsIn(
          events?.map((event) => ({ ...event, upsertWorkflowSearchAttributesEventAttributes: null })),
        )
        const encodings = payloads
          .filter(({ metadata }) => metadata.type === undefined)
          .map(({ metadata }) => Buffer.from(metadata.encoding ?? []).toString())
        expect(new Set(encodings)).toEqual(new Set(['binary/encrypted']))
      }
    } finally {
      await connection.close()
    }
  })

  it('commands with and without it understand the worker', async () => {
    for (const env of [encrypt, {}]) {
      expect(await home.json(['status', 'encrypted'], env)).toMatchObject({ topology: 'encrypted', healthy: true })
    }
  })

  it('a word that is neither yes nor no is refused', async () => {
    expect(await home.json(['status', 'encrypted'], { CUL8ER_ENCRYPT: 'maybe' })).toMatchObject({
      error: { code: 'USAGE', message: 'CUL8ER_ENCRYPT is "maybe"; expected 1 or 0' },
    })
  })
})

describe.skipIf(!canBrowse)('the Web UI in a real browser (needs headless Chromium)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-codec-'))
  const DECODER = 18531
  const children: ChildProcess[] = []
  let page = ''

  beforeAll(async () => {
    const env = { ...process.env, CUL8ER_HOME: folder, CUL8ER_SEAL_KEY: '' }
    const ports = await choosePorts(null, { CUL8ER_SERVICE_PORT: '17430', CUL8ER_UI_PORT: '18430' })
    const ui = `http://${ports.uiHost}:${ports.uiPort}`
    const decoder = spawn('bin/cul8er', ['codec', '--json', '--port', String(DECODER), '--origin', ui], { env })
    children.push(decoder)
    const [line] = (await decoder.stdout.setEncoding('utf8').take(1).toArray()) as [string]
    const { endpoint } = JSON.parse(line) as { endpoint: string }
    const server = temporalCommand(temporalBinary(), servicePaths(folder), ports)
    const started = spawn(server.file, [...server.args, '--ui-codec-endpoint', endpoint], { env, stdio: 'ignore' })
    children.push(started)
    expect(await temporalReady(identify(started.pid!)!, ports, 30_000)).toBe(true)
    const connection = await Connection.connect({ address: `127.0.0.1:${ports.port}` })
    const key = await loadSealKey({ home: folder, env: {} })
    const codecs = payloadCodecs({ key, side: 'command', encrypt: true })
    const client = new Client({ connection, dataConverter: { payloadCodecs: codecs } })
    const input = { workflowId: 'seen', taskQueue: 'nobody', args: [{ MARKER }] }
    await client.workflow.start('nothing', input)
    // The page of what runs waits for more, and is never done.
    await client.workflow.getHandle('seen').terminate()
    await connection.close()
    page = `${ui}/namespaces/default/workflows/seen`
  })
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  it('shows what is encrypted, by way of cul8er codec', async () => {
    expect(await shown(page)).toContain(MARKER)
  })

  it('shows nothing of it without', async () => {
    children[0]!.kill('SIGTERM')
    await new Promise((resolve) => children[0]!.once('exit', resolve))
    const text = await shown(page)
    expect(text).toContain('Terminated')
    expect(text).not.toContain(MARKER)
  })
})
