import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identify } from '../../src/service/identity.js'
import { temporalCommand } from '../../src/service/parts.js'
import { servicePaths } from '../../src/service/paths.js'
import { choosePorts } from '../../src/service/ports.js'
import { temporalReady } from '../../src/service/ready.js'
import { temporalBinary } from '../support/temporal.js'
import { listeners } from './listeners.js'

/*
 * A web page in the operator's browser. It can send a POST of plain text to any port of this machine without asking first, and
 * finds the port by trying all of them.
 */

const linux = process.platform === 'linux'

describe.skipIf(!linux)('a web page that looks for the HTTP API of Temporal (needs /proc)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-http-api-'))
  let stop: () => void = () => {}
  let found: { port: number; status: number; body: string }[] = []

  beforeAll(async () => {
    const ports = await choosePorts(null, { CUL8ER_SERVICE_PORT: '17420', CUL8ER_UI_PORT: '18420' })
    const { file, args, env } = temporalCommand(temporalBinary(), servicePaths(folder), ports)
    const { pid, kill } = bound(spawn(file, args, { stdio: 'ignore', env: { ...process.env, ...env } }))
    stop = kill
    expect(await temporalReady(identify(pid)!, ports, 30_000)).toBe(true)
    found = (await Promise.all(listeners(pid).map(ask))).flatMap((answer) => answer ?? [])
  })
  afterAll(() => {
    stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('finds it, and is told that nobody is let in', () => {
    expect(found.filter(({ body }) => body.includes('Host not allowed'))).toEqual([
      expect.objectContaining({ status: 403 }) as unknown,
    ])
  })

  it('starts a workflow nowhere', () => {
    expect(found.filter(({ status }) => status < 400)).toEqual([])
  })
})

const bound = (child: ReturnType<typeof spawn>) => ({ pid: child.pid!, kill: () => void child.kill('SIGKILL') })

/** What a page may send without a question to the server before it. */
async function ask({
  host,
  port,
}: ReturnType<typeof listeners>[number]): Promise<{ port: number; status: number; body: string } | null> {
  const url = `http://${host}:${port}/api/v1/namespaces/default/workflows/planted`
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { origin: 'http://evil.example', 'content-type': 'text/plain' },
      body: JSON.stringify({ workflowType: { name: 'destroy' }, taskQueue: { name: 'planted' } }),
      signal: AbortSignal.timeout(5_000),
    })
    return { port, status: answer.status, body: await answer.text() }
  } catch {
    return null
  }
}
