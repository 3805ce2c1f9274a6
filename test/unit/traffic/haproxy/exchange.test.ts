import { describe, expect, it } from 'vitest'
import type { HostExecutor } from '../../../../src/hosts/executor.js'
import { Exchange } from '../../../../src/traffic/haproxy/exchange.js'

/** Says one after the other, and the last one for ever. */
function saying(...texts: string[]): Exchange {
  const tryRun = async () => {
    const stdout = (texts.length > 1 ? texts.shift() : texts[0]) ?? ''
    return { exitCode: 0, stdout, stderr: '', durationMs: 1 }
  }
  return new Exchange({ tryRun } as unknown as HostExecutor, 'cul8er-edge')
}

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

  it('is asked for again', async () => {
    expect(await saying('', '%version 7\n%answer\nPid: 7').read()).toMatchObject({ version: '7', answer: 'Pid: 7' })
  })

  it('to a change is read when it did not arrive', async () => {
    const change = { from: '', version: '1', mode: 'load', topologies: [], commands: [], pems: {} } as const
    const rendered = { files: {}, skeleton: 'x', selfSigned: [] } as never
    const answer = 'Pid: 7\ndescription: cul8er x\n'
    const both = [`%answer\n${answer}`, `%version 1\n%answer\n${answer}`]
    const [heard, read] = await Promise.all([
      saying(both[0] ?? '').commit({ ...change, rendered }),
      saying('', both[1] ?? '').commit({ ...change, rendered }),
    ])
    expect(heard).toMatchObject({ outcome: 'done', runtime: { pid: 7 } })
    expect(read).toEqual(heard)
  })

  it('an empty certificate is none', async () => {
    expect(await saying('a pem\n').certificates(['x'])).toEqual(['a pem\n'])
    await expect(saying('').certificates(['x'])).rejects.toMatchObject({ code: 'EDGE' })
  })
})
