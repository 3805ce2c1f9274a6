import { describe, expect, it } from 'vitest'
import type { HostExecutor } from '../../../../src/hosts/executor.js'
import { Exchange } from '../../../../src/traffic/haproxy/exchange.js'
import { pool, route, server, topology } from './cases.js'

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

  it.each([
    ['half of it', '{"topology":"bad","routes":[{"as":80'],
    ['nothing', ''],
    ['something else', 'nonsense'],
    ['no routes', '{}'],
    ['no mapping', 'null'],
    ['routes to nothing', JSON.stringify(topology('bad', [route(80, 'none')], []))],
    ['a word that ends its line', JSON.stringify(topology('bad', [], [pool('bad\n  errorfile')]))],
  ])("with one topology's part damaged has the others: %s", async (_what, damaged) => {
    const good = topology('good', [route(8080, 'good-web-4000')], [pool('good-web-4000', [server('good-web')])])
    const said = `%version 7\n%topology ${damaged}\n%topology ${JSON.stringify(good)}\n%answer\n`
    expect(await saying(said).read()).toMatchObject({ version: '7', topologies: [good] })
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

  it('with a certificate is whole, and one that is gone is none', async () => {
    expect(await saying('a pem\n', 'a pem\n\n%end\n').certificates(['x'])).toEqual(['a pem\n'])
    expect(await saying('\n%end\n').certificates(['x'])).toEqual([''])
    await expect(saying('').certificates(['x'])).rejects.toMatchObject({ code: 'EDGE' })
  })
})
