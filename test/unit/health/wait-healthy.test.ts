import { describe, expect, it } from 'vitest'
import { Cul8erError } from '../../../src/errors.js'
import { waitHealthy, type Clock } from '../../../src/health/wait-healthy.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { withLastLogs } from '../../../src/releases/last-logs.js'
import type { Healthcheck } from '../../../src/topology/model.js'

const check: Healthcheck = {
  probe: { kind: 'command', command: ['check'] },
  intervalMs: 1_000,
  timeoutMs: 500,
  retries: 2,
  errorLimit: 4,
  minHealthyMs: 2_000,
  deadlineMs: 10_000,
}
const target = { name: 'shop-web', project: null, resource: 'web', release: null }

/** Exit codes in turn, the last for ever; `log` answers everything else. */
function rig(codes: number[], log = '') {
  let now = 0
  const commands: string[] = []
  const clock: Clock = { now: () => now, sleep: async (ms) => void (now += ms) }
  const executor: HostExecutor = {
    host: 'h',
    run: () => Promise.reject(new Error('not expected')),
    tryRun: async ({ args }) => {
      commands.push(args.at(-1) ?? '')
      if (args.at(-1) !== 'check') return { exitCode: 0, stdout: log, stderr: '', durationMs: 1 }
      const exitCode = codes.length > 1 ? codes.shift() : codes[0]
      return { exitCode: exitCode ?? 0, stdout: '', stderr: 'said', durationMs: 1 }
    },
    connect: () => Promise.reject(new Cul8erError('UNREACHABLE', 'x', { details: { errno: 'ECONNREFUSED' } })),
    close: async () => {},
  }
  return { clock, executor, commands }
}
const wait = (codes: number[], changes: Partial<Healthcheck> = {}, waitedMs = 0) => {
  const { clock, executor } = rig(codes)
  return waitHealthy({
    spec: { ...target, healthcheck: { ...check, ...changes } },
    executor,
    clock,
    waitedMs,
    address: async () => null,
  })
}

describe('an app that refuses at its address', () => {
  const probe: Healthcheck['probe'] = { kind: 'http', scheme: 'http', port: 4000, path: '/', expectedStatus: null }
  const expose = [{ port: 4000, as: 80, protocol: 'http' as const, host: null, certificate: null, sticky: false }]
  /** What is asked inside is the HTTP status that it answers there after some ms. */
  const inside = (afterMs: number, changes: object = {}) => {
    const { clock, executor } = rig([0])
    let asked = 0
    const tryRun = async () => {
      asked += 1
      const up = clock.now() >= afterMs
      return { exitCode: up ? 0 : 1, stdout: up ? '200' : '', stderr: '', durationMs: 1 }
    }
    const spec = { ...target, healthcheck: { ...check, probe }, ...changes }
    const waited = waitHealthy({ spec, executor: { ...executor, tryRun }, clock, address: async () => '10.0.0.1' })
    return { waited, asked: () => asked, clock }
  }

  it('is healthy by what it answers inside where nothing is exposed', async () => {
    const { waited } = inside(0)
    expect(await waited).toMatchObject({ healthy: true, last: { message: 'HTTP 200 (probed inside the instance)' } })
  })

  it('is told to listen elsewhere where it is to be reached, long before the deadline', async () => {
    const { waited, clock } = inside(0, { expose })
    await expect(waited).rejects.toMatchObject({
      code: 'UNHEALTHY',
      message: expect.stringContaining('port 4000 listens on loopback only') as string,
      hint: expect.stringContaining('0.0.0.0 or ::') as string,
    })
    expect(clock.now()).toBeLessThan(5_000)
  })

  it('is asked inside seldom while it starts', async () => {
    const { waited, asked, clock } = inside(Infinity)
    await expect(waited).rejects.toMatchObject({ message: expect.stringContaining('connection refused') as string })
    expect(clock.now()).toBeGreaterThanOrEqual(10_000)
    expect(asked()).toBeLessThanOrEqual(5)
  })
})

describe('waitHealthy', () => {
  it('reports what led to healthy, and calls back after each probe', async () => {
    const { clock, executor } = rig([1, 1, 0])
    const seen: string[] = []
    const report = await waitHealthy({
      spec: { ...target, healthcheck: check },
      executor,
      clock,
      address: async () => null,
      onProbe: (result, { successes }) => seen.push(`${result.outcome} ${successes}`),
    })
    expect(report).toMatchObject({ healthy: true, successes: 3, failures: 2, waitedMs: 2_125 })
    expect(seen).toEqual(['failure 0', 'failure 0', 'ok 1', 'ok 2', 'ok 3'])
  })

  it('has nothing to wait for without a health check', async () => {
    const { executor } = rig([1])
    const report = await waitHealthy({ spec: { ...target, healthcheck: null }, executor, address: async () => null })
    expect(report).toMatchObject({ healthy: true, last: null })
  })

  it.each([
    ['never', [1], {}, 'UNHEALTHY', 'shop-web did not become healthy within 10 s: exit 1: said'],
    ['no more', [0, 1], {}, 'UNHEALTHY', 'shop-web failed 2 probes in a row after it had answered: exit 1: said'],
    [
      'not for long',
      [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0],
      {},
      'UNHEALTHY',
      'did not stay healthy for 2 s within 10 s',
    ],
    ['not probed', [127], {}, 'PROBE_ERROR', 'shop-web could not be probed 5 times in a row: exit 127: said'],
  ])('ends when it is healthy %s', async (_, codes, changes, code, message) => {
    await expect(wait([...codes], changes)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
      details: {
        instance: 'shop-web',
        asked: 'check',
        probe: { message: expect.any(String) as string },
        report: { healthy: false },
      },
    })
  })

  it('goes on with a wait that was broken off, and gives what is well the time to show it', async () => {
    await expect(wait([1], {}, 5_500)).rejects.toMatchObject({
      message: expect.stringContaining('did not become healthy within 10 s') as string,
      details: { report: { failures: 12, waitedMs: 10_000 } },
    })
    expect(await wait([1, 0], {}, 60_000)).toMatchObject({ healthy: true, successes: 3, waitedMs: 7_550 })
  })

  it('asks for the address until there is one, and no more', async () => {
    const { clock, executor } = rig([])
    const addresses = [null, new Error('list failed'), null, '10.0.0.2', '10.0.0.3']
    const seen: string[] = []
    const failed = waitHealthy({
      spec: { ...target, healthcheck: { ...check, probe: { kind: 'tcp', port: 80 }, deadlineMs: 3_000 } },
      executor,
      clock,
      address: async () => {
        const next = addresses.shift() ?? null
        if (next instanceof Error) throw next
        return next
      },
      onProbe: ({ message }) => seen.push(message),
    })
    await expect(failed).rejects.toMatchObject({ code: 'UNHEALTHY' })
    expect(seen.slice(0, 4)).toEqual(['no address yet', 'list failed', 'no address yet', 'connection refused'])
    expect(addresses).toEqual(['10.0.0.3'])
  })

  it('is cancelled with the reason given', async () => {
    const stop = new AbortController()
    const { executor } = rig([1])
    const waiting = waitHealthy({
      spec: { ...target, healthcheck: check },
      executor,
      address: async () => null,
      signal: stop.signal,
      onProbe: () => setTimeout(() => stop.abort(new Error('enough')), 5),
    })
    await expect(waiting).rejects.toThrow('enough')
  })
})

describe('withLastLogs', () => {
  it('adds the last lines to an error of ours, once', async () => {
    const { executor, commands } = rig([1], Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n'))
    const error = await withLastLogs(
      new Cul8erError('UNHEALTHY', 'm', { hint: 'h', details: { a: 1 } }),
      executor,
      target,
    )
    expect(error).toMatchObject({ code: 'UNHEALTHY', message: 'm', hint: 'h', details: { a: 1 } })
    expect((error as Cul8erError).details?.logs).toEqual(Array.from({ length: 10 }, (_, i) => `line ${i + 10}`))
    expect(await withLastLogs(error, executor, target)).toBe(error)
    expect(commands).toHaveLength(1)
  })

  it('leaves other errors alone, and does without logs', async () => {
    const { executor } = rig([1], '')
    const other = new Error('other')
    expect(await withLastLogs(other, executor, target)).toBe(other)
    const failing = { ...executor, tryRun: () => Promise.reject(new Error('gone')) }
    expect(await withLastLogs(new Cul8erError('UNHEALTHY', 'm'), failing, target)).toMatchObject({
      details: { logs: [] },
    })
  })
})
