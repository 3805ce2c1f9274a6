import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { probeScript } from '../../../src/releases/scripts.js'

test.each(['/?ids=[1-3]', '/?a={b,c}', '/health'])('%s is asked once, as it is written', async (path) => {
  const asked: (string | undefined)[] = []
  const server = createServer(({ url }, response) => void (asked.push(url), response.end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { stdout } = await promisify(execFile)('sh', ['-c', probeScript, 'cul8er-probe', 'http', `${port}`, path, '5'])
  server.close()
  expect([stdout, asked]).toEqual(['200', [path]])
})
