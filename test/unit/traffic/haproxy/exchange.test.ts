import { describe, expect, it } from 'vitest'
import type { HostExecutor } from '../../../../src/hosts/executor.js'
import { Exchange } from '../../../../src/traffic/haproxy/exchange.js'

const saying = (stdout: string): Exchange =>
  new Exchange(
    { tryRun: async () => ({ exitCode: 0, stdout, stderr: '', durationMs: 1 }) } as unknown as HostExecutor,
    'cul8er-edge',
  )

describe('an answer of the edge', () => {
  it('of one that has no configuration yet', async () => {
    expect(await saying('%version \n%answer\n').read()).toEqual({ version: '', topologies: [], answer: '' })
  })

  it.each([
    ['nothing', ''],
    ['the beginning alone', '%version 7\n%topology {"topology":"shop"}\n'],
    ['the end alone', '%answer\nPid: 7\n'],
  ])('that did not arrive whole is no answer: %s', async (_what, stdout) => {
    await expect(saying(stdout).read()).rejects.toMatchObject({ code: 'EDGE' })
  })

  it('an empty certificate is none', async () => {
    expect(await saying('a pem\n').certificates(['x'])).toEqual(['a pem\n'])
    await expect(saying('').certificates(['x'])).rejects.toMatchObject({ code: 'EDGE' })
  })
})
