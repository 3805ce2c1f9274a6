import { execaSync } from 'execa'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExecutors } from '../../../src/hosts/executors.js'
import { stopInstance } from '../../../src/incus/index.js'
import { servicePaths } from '../../../src/service/paths.js'
import { tarGz } from '../../support/tarballs.js'
import { Walk } from './walk.js'

/*
 * What an operator sees when things go wrong: a version that is broken, a canary, a service that is killed, an instance that somebody
 * stopped. Beside what was approved, as walk.test.ts; `-u` approves anew.
 */

const hasTmux = execaSync('tmux', ['-V'], { reject: false }).exitCode === 0
const LONG = { timeout: 60_000, interval: 200 }

describe.skipIf(!hasTmux).each([100, 60])('the second day at %i columns (needs tmux)', (columns) => {
  const walk = new Walk(columns, { service: 17_370, ui: 18_370 })
  const { home } = walk

  beforeAll(async () => {
    for (const [version, app] of Object.entries(VERSIONS)) {
      const files = { 'bin/web': '#!/bin/sh\n', 'emulated.json': JSON.stringify({ version, port: 4000, ...app }) }
      writeFileSync(join(home.folder, `web-${version}.tar.gz`), await tarGz(files))
    }
    writeFileSync(join(home.folder, 'cul8er.config.yaml'), TOPOLOGY)
    await home.cul8er(['service', 'start'])
  })
  afterAll(async () => {
    await walk.close()
    await home.cul8er(['destroy', '--yes'])
    await home.remove()
  })

  it('shows what was approved', { timeout: 400_000 }, async () => {
    await walk.type('cul8er deploy --version 1.0.0 --yes', 0)

    await walk.type('cul8er deploy --version 1.1.0 --yes', 4)
    await walk.type('cul8er status', 0)
    await walk.type('cul8er logs --operation 2', 0)

    await walk.type('cul8er deploy --version 1.2.0 --yes --detach', 0)
    await expect.poll(async () => (await home.cul8er(['status'])).stdout, LONG).toContain('promote')
    await walk.type('cul8er status', 0)
    await walk.type('cul8er promote', 0)
    await walk.type('cul8er attach', 0)

    for (const { pid } of parts()) process.kill(pid, 'SIGKILL')
    await walk.type('cul8er status', 0)

    await stopped('shop-web-1')
    await walk.type('cul8er status', 1)
    await walk.type('cul8er plan --version 1.2.0', 2)
    await walk.type('cul8er deploy --version 1.2.0 --yes', 0)
    await walk.type('cul8er history', 0)
    await expect(walk.text).toMatchFileSnapshot(`approved/second-day-${columns}.txt`)
    expect(walk.tooLong).toEqual([])
  })

  /** All that runs the service. */
  function parts(): { pid: number }[] {
    const record = home.record()
    return [record?.supervisor, record?.temporal, record?.worker].filter((part) => part !== null && part !== undefined)
  }

  /** By hand, as `incus stop` would. */
  async function stopped(instance: string): Promise<void> {
    const executors = createExecutors({ emulatorHome: servicePaths(home.path).emulator })
    await executors.executorFor('one', { address: 'localhost', kind: 'emulated' }).run(stopInstance(instance))
    await executors.close()
  }
})

const VERSIONS = { '1.0.0': {}, '1.1.0': { health: 'never' }, '1.2.0': {} }

const TOPOLOGY = `name: shop
hosts: { one: { address: localhost, platform: emulated } }
resources:
  web:
    image: images:alpine/3.19
    replicas: 2
    network: { expose: [{ port: 4000, as: 18470 }] }
    deploy: { release: web, artifact: 'web-{version}.tar.gz' }
strategy:
  approach: canary
  steps: [{ weight: 50, pause: manual }]
  healthcheck: { endpoint: 'http://localhost:4000/', interval: 100ms, minHealthyTime: 0s, timeout: 500ms, deadline: 2s }
`
