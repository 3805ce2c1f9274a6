import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { analysisActivities } from '../../../activities/analysis.js'
import type { ActivityDeps } from '../../../activities/deps.js'
import type { AnalysisInput, Proven } from '../../../src/contracts/index.js'
import type { CommandResult } from '../../../src/hosts/executor.js'
import type { Verdict } from '../../../src/traffic/analysis.js'
import type { RequestSample } from '../../../src/traffic/model.js'

/** A line of it may be long. */
const LOG = `boom\n${'x'.repeat(2_000)}\n`

type Answer = CommandResult & { exitCode: number }

/** Instances that a test names as ill fail their check; the edge says what it is told to. */
function world(requests: () => Promise<RequestSample[]>, ill: string[] = [], log = LOG): ActivityDeps {
  return {
    edgeFor: () => ({ requests }),
    executorFor: () => ({
      tryRun: async ({ args }: { args: string[] }): Promise<Answer> => ({
        exitCode: args.some((word) => ill.includes(word)) ? 1 : 0,
        // A log is read by `cul8er-logs`.
        stdout: args.includes('cul8er-logs') ? log : '',
        stderr: '',
        durationMs: 1,
      }),
    }),
    log: pino({ level: 'silent' }),
  } as unknown as ActivityDeps
}

const proven = (name: string, retries: number): Proven => ({
  spec: {
    name,
    host: 'one',
    project: null,
    resource: 'web',
    type: 'container',
    release: null,
    healthcheck: {
      probe: { kind: 'command', command: ['check'] },
      intervalMs: 1_000,
      timeoutMs: 1_000,
      retries,
      minHealthyMs: 0,
      deadlineMs: 1_000,
      errorLimit: 4,
    },
  },
  address: null,
})

const input = (over: Partial<AnalysisInput> = {}): AnalysisInput => ({
  host: 'one',
  via: { address: 'localhost', platform: 'emulated' } as AnalysisInput['via'],
  topology: 'shop',
  probed: [],
  watched: ['canary'],
  compareTo: ['stable'],
  analysis: {
    maxErrorRatePercent: null,
    maxLatencyP95Ms: null,
    compare: 'stable',
    maxSlowdownPercent: 20,
    command: null,
    metric: null,
    minRequests: 1,
    intervalMs: 1_000,
  },
  sinceMs: 0,
  forMs: 0,
  ...over,
})

/** 20 requests a second, half of them to the canary; one of so many of its requests fails. */
const samples = (fromSecond: number, toSecond: number, every: number): RequestSample[] =>
  Array.from({ length: (toSecond - fromSecond) * 20 }, (_, i) => ({
    at: 1_000_000 + fromSecond * 1_000 + i * 50,
    pool: 'p',
    server: i % 2 === 0 ? 'canary' : 'stable',
    status: i % (2 * every) === 0 ? 500 : 200,
    totalMs: 5,
  }))

const analyse = (
  deps: ActivityDeps,
  of: AnalysisInput,
  environment = new MockActivityEnvironment(),
): Promise<Verdict> => environment.run(analysisActivities(deps).analyse, of)

describe('watching', () => {
  it('names the instance that fails its check', async () => {
    const of = input({ probed: [proven('shop-web-1', 1), proven('shop-web-2', 1), proven('shop-web-3', 2)] })
    expect(
      await analyse(
        world(async () => samples(0, 1, 100), ['shop-web-2', 'shop-web-3']),
        of,
      ),
    ).toMatchObject({
      verdict: 'breach',
      reasons: ['1 health probes of shop-web-2 failed in a row'],
    })
  })

  it('has the last log lines of what fails, cut to what a history takes', async () => {
    const of = input({ probed: [proven('shop-web-1', 1), proven('shop-web-2', 1)] })
    const long = 'x'.repeat(500)
    const logsWith = async (...ill: string[]): Promise<unknown> => {
      const verdict = await analyse(
        world(async () => samples(0, 1, 100), ill),
        of,
      )
      return verdict.verdict === 'breach' ? verdict.logs : verdict
    }
    expect(await logsWith('shop-web-2')).toEqual(['boom', long])
    const both = ['shop-web-1 | boom', `shop-web-1 | ${long}`, 'shop-web-2 | boom', `shop-web-2 | ${long}`]
    expect(await logsWith('shop-web-1', 'shop-web-2')).toEqual(both)
    const bySpeed = { ...of, probed: of.probed.slice(0, 1), analysis: { ...of.analysis, maxLatencyP95Ms: 1 } }
    const slow = await analyse(
      world(async () => samples(0, 1, 100)),
      bySpeed,
    )
    expect(slow).toMatchObject({ verdict: 'breach', logs: ['boom', long] })
  })

  it('goes on without these lines where nothing answers', async () => {
    const executor = world(async () => [], ['shop-web-1']).executorFor('one', input().via)
    const hangs: (typeof executor)['tryRun'] = (command, { signal } = {}) =>
      command.args.includes('check')
        ? executor.tryRun(command)
        : new Promise((_resolve, reject) => {
            const abort = (): void => reject(new Error('aborted'))
            if (signal?.aborted === true) abort()
            signal?.addEventListener('abort', abort)
          })
    const deps = { ...world(async () => []), executorFor: () => ({ tryRun: hangs }) } as unknown as ActivityDeps
    const verdict = await analyse(deps, input({ probed: [proven('shop-web-1', 1)] }))
    expect(verdict).toMatchObject({ verdict: 'breach', logs: [] })
  })

  it('masks secrets in them that another worker placed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cul8er-analysis-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'password')
    writeFileSync(file, 'correct horse battery', { mode: 0o600 })
    const verdict = await analyse(
      world(async () => samples(0, 1, 100), ['shop-web-1'], 'no access with correct horse battery\n'),
      input({
        probed: [proven('shop-web-1', 1)],
        secrets: [{ resource: 'web', name: 'PASSWORD', ref: { from: 'file', key: file }, sealed: null }],
      }),
    )
    expect(verdict).toMatchObject({ verdict: 'breach', logs: ['no access with ***'] })
  })

  it('compares with nothing where there is nothing to compare with', async () => {
    const verdict = await analyse(
      world(async () => samples(0, 60, 2)),
      input({ compareTo: null }),
    )
    expect(verdict).toMatchObject({ verdict: 'pass', figures: { comparison: null } })
  })

  it('is no pass while the edge returns no metrics, and goes on from what it knew', async () => {
    const known = await analyse(
      world(async () => samples(0, 60, 100)),
      input(),
    )
    expect(known).toMatchObject({ verdict: 'pass' })
    const blind = await analyse(
      world(() => Promise.reject(new Error('gone'))),
      input({ evidence: known.evidence ?? null }),
    )
    expect(blind).toMatchObject({
      verdict: 'noData',
      reasons: ['the edge returns no metrics'],
      evidence: known.evidence,
    })
  })

  it('keeps its evidence when the edge forgets requests: from look to look, and for the worker that takes over', async () => {
    const kept: unknown[] = []
    const first = new MockActivityEnvironment()
    first.on('heartbeat', (details) => kept.push(details))
    const before = await analyse(
      world(async () => samples(0, 20, 40)),
      input({ forMs: 2_000 }),
      first,
    )
    expect(before).toMatchObject({ verdict: 'pass' })
    expect(kept.at(-1)).toMatchObject({ beat: 1, kept: { evidence: before.evidence } })

    const later = world(async () => samples(20, 40, 40))
    expect(await analyse(later, input())).toMatchObject({ verdict: 'pass' })
    const found = { verdict: 'breach', figures: { comparison: { errors: { canary: { requests: 340 } } } } }
    expect(await analyse(later, input({ evidence: before.evidence ?? null }))).toMatchObject(found)
    const restarted = new MockActivityEnvironment({ heartbeatDetails: kept.at(-1) })
    expect(await analyse(later, input(), restarted)).toMatchObject(found)
  })
})
