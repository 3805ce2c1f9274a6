import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { gone, identify, isAlive, type Identity } from '../../src/service/identity.js'
import { servicePaths } from '../../src/service/paths.js'
import { writeRecord, type ServiceRecord } from '../../src/service/record.js'
import { Home } from '../e2e/service/home.js'
import { canMakeUsers, Stranger } from '../support/stranger.js'

/*
 * Another user of the machine, who runs a program that looks like our Temporal: the same words, on the ports that ours had, with
 * answers like ours. Ours was killed.
 */

const LOOKALIKE = `
import http.server, sys, threading
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"namespaceInfo":{"name":"default"}}')
places = [('127.0.0.1', int(sys.argv[1])), (sys.argv[3], int(sys.argv[2]))]
servers = [http.server.ThreadingHTTPServer(place, Answer) for place in places]
threading.Thread(target=servers[0].serve_forever).start()
servers[1].serve_forever()
`

describe.skipIf(!canMakeUsers)('a program of another user that looks like our Temporal (needs root)', () => {
  const home = new Home()
  let stranger: Stranger
  let lookalike: Identity
  let before: ServiceRecord

  const kill = async (identity: Identity | null | undefined): Promise<void> => {
    if (identity == null) return
    process.kill(identity.pid, 'SIGKILL')
    expect(await gone(identity, 5_000)).toBe(true)
  }

  beforeAll(async () => {
    stranger = Stranger.make('cul8er-lookalike')
    expect((await home.cul8er(['service', 'start'])).exit).toBe(0)
    before = home.record()!
    await kill(before.supervisor)
    await Promise.all([kill(before.temporal), kill(before.worker)])
    const words = [String(before.port), String(before.uiPort), before.uiHost!, 'server', 'start-dev', '--db-filename']
    const child = stranger.start('python3', ['-c', LOOKALIKE, ...words, servicePaths(home.path).database])
    await vi.waitFor(() => fetch(`http://${before.uiHost}:${before.uiPort}`), 10_000)
    lookalike = identify(child.pid!)!
    expect(readFileSync(`/proc/${lookalike.pid}/cmdline`, 'utf8')).toContain('start-dev')
  })
  afterAll(async () => {
    await home.remove()
    await stranger.remove()
  })

  it.each([
    ['found by its words', false],
    ['in the record itself', true],
  ])('is not taken for ours: %s', async (_, written) => {
    if (written) {
      const running = home.record()!
      await kill(running.supervisor)
      await Promise.all([kill(running.temporal), kill(running.worker)])
      writeRecord(servicePaths(home.path), {
        ...running,
        temporal: lookalike,
        port: before.port,
        uiHost: before.uiHost!,
        uiPort: before.uiPort,
      })
    }
    expect((await home.cul8er(['state', 'list'])).exit).toBe(0)
    const after = home.record()
    expect(after?.temporal?.pid).not.toBe(lookalike.pid)
    expect(after?.port).not.toBe(before.port)
    expect(isAlive(lookalike)).toBe(true)
  })
})
