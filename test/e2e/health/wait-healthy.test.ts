import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cul8erError } from '../../../src/errors.js'
import { probe } from '../../../src/health/probe.js'
import { waitHealthy } from '../../../src/health/wait-healthy.js'
import { createLocalExecutor } from '../../../src/hosts/local.js'
import { installRelease } from '../../../src/releases/install-release.js'
import { withLastLogs } from '../../../src/releases/last-logs.js'
import type { InstanceSpec } from '../../../src/plan/model.js'
import type { Healthcheck } from '../../../src/topology/model.js'
import { until } from '../../support/until.js'
import { incus, inside, instanceSpec, launch, tarball } from '../releases/instance.js'

const check: Healthcheck = {
  probe: { kind: 'http', scheme: 'http', port: 4000, path: '/index.html', expectedStatus: null },
  intervalMs: 200,
  timeoutMs: 1_000,
  retries: 3,
  errorLimit: 4,
  minHealthyMs: 0,
  deadlineMs: 15_000,
}

describe('health of a release in an instance', () => {
  const executor = createLocalExecutor({ host: 'localhost' })
  let name: string
  let releases = 0
  const address = async (): Promise<string | null> =>
    (await incus('list', '-f', 'csv', '-c', '4', `name=${name}`)).split(' ')[0]?.trim() || null
  /** Installs a release whose program is the script. */
  const release = async (script: string): Promise<InstanceSpec> => {
    releases += 1
    const { path, artifact } = await tarball({ 'bin/demo': `#!/bin/sh\n${script}\n`, 'index.html': 'hello' })
    const version = `1.0.${releases}`
    const spec = instanceSpec(name, {
      release: { name: 'demo', version, artifact, start: null, stop: null },
      healthcheck: check,
    })
    await installRelease(executor, spec, { artifactPath: path, secrets: new Map(), stopSeconds: 2 })
    return spec
  }
  const wait = (spec: InstanceSpec, changes: Partial<Healthcheck> = {}) =>
    waitHealthy({ spec: { ...spec, healthcheck: { ...check, ...changes } }, executor, address })

  beforeAll(async () => {
    name = await launch('rt-health')
  }, 60_000)
  afterAll(async () => {
    if (name) await incus('delete', '-f', name)
  })

  it('waits for an app that takes its time, from before it has an address', async () => {
    const spec = await release('sleep 1; exec httpd -f -p 4000')
    const report = await wait(spec)
    expect(report).toMatchObject({ healthy: true, successes: 1, last: { message: 'HTTP 200' } })
    expect(report.failures + report.errors).toBeGreaterThan(0)
    expect(report.waitedMs).toBeLessThan(6_000)
  }, 30_000)

  it('finds out the same in each way', async () => {
    const target = { spec: instanceSpec(name), executor, address: await address() }
    const ask = async (what: Healthcheck['probe'], insideInstead = false) =>
      (await probe(what, { ...target, inside: insideInstead ? 'instead' : 'unreached' }, { timeoutMs: 2_000 })).outcome
    const http = (path: string, port = 4000): Healthcheck['probe'] => ({
      ...check.probe,
      kind: 'http',
      scheme: 'http',
      expectedStatus: null,
      path,
      port,
    })
    for (const inside of [false, true]) {
      expect([
        await ask(http('/index.html'), inside),
        await ask(http('/absent'), inside),
        await ask(http('/', 4001), inside),
      ]).toEqual(['ok', 'failure', 'failure'])
      expect([await ask({ kind: 'tcp', port: 4000 }, inside), await ask({ kind: 'tcp', port: 4001 }, inside)]).toEqual([
        'ok',
        'failure',
      ])
    }
    expect(await ask({ kind: 'command', command: ['test', '-d', '/opt/demo'] })).toBe('ok')
    expect(await ask({ kind: 'command', command: ['test', '-d', '/absent'] })).toBe('failure')
    expect(await ask({ kind: 'command', command: ['/absent'] })).toBe('error')
  }, 30_000)

  it('is asked inside where it listens on loopback only', async () => {
    const spec = await release('exec httpd -f -p 127.0.0.1:4000')
    const expose = [{ port: 4000, as: 80, protocol: 'http' as const, host: null, certificate: null, sticky: false }]
    expect(await wait(spec)).toMatchObject({
      healthy: true,
      last: { message: 'HTTP 200 (probed inside the instance)' },
    })
    await expect(wait({ ...spec, expose })).rejects.toMatchObject({
      code: 'UNHEALTHY',
      message: expect.stringMatching(
        /port 4000 listens on loopback only: it answers inside the instance and refuses at 10\./,
      ) as string,
      hint: expect.stringContaining('0.0.0.0') as string,
    })
  }, 30_000)

  it('ends for an app that dies after it was well, with its last words', async () => {
    const spec = await release(
      '[ -e /tmp/died ] && { echo "cannot go on"; exit 1; }\nhttpd -p 4000\nsleep 2; : >/tmp/died; echo "dying"',
    )
    const error = (await wait(spec, { minHealthyMs: 8_000 }).catch((e: unknown) =>
      withLastLogs(e, executor, spec),
    )) as Cul8erError
    expect(error).toMatchObject({
      code: 'UNHEALTHY',
      message: expect.stringContaining('after it had answered') as string,
    })
    expect(error.details).toMatchObject({ probe: { outcome: 'failure', message: 'connection refused' } })
    expect(error.details?.logs).toContain('dying')
  }, 30_000)

  it('ends at the deadline for an app that never answers', async () => {
    const spec = await release('echo "no database"; exec sleep 4714')
    await expect(wait(spec, { deadlineMs: 1_500 })).rejects.toMatchObject({
      code: 'UNHEALTHY',
      details: { probe: { message: 'connection refused' }, report: { successes: 0 } },
    })
  }, 30_000)

  it('has an error for an instance that is gone', async () => {
    await incus('stop', '-f', name)
    const target = { spec: instanceSpec(name), executor, address: null }
    const found = await probe({ kind: 'command', command: ['true'] }, target, { timeoutMs: 5_000 })
    expect(found).toMatchObject({ outcome: 'error' })
    await incus('start', name)
    await until(() => inside(name, 'echo up'))
  }, 30_000)
})
