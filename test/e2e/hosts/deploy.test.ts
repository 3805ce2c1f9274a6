import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationResult } from '../../../src/contracts/index.js'
import type { Plan } from '../../../src/plan/model.js'
import { canRunLab } from '../../support/lab/can-run.js'
import type { LabHost } from '../../support/lab/host.js'
import { Lab } from '../../support/lab/lab.js'
import { startLoad, type Load } from '../../support/load/load.js'
import { Home } from '../service/home.js'
import { declare, instancesOf, urlOf, writeRelease } from './fleet.js'

const NAME = 'fleet'
const OWN = 'cul8er/own'

describe.skipIf(!canRunLab())(
  'one topology over three hosts by SSH (needs root, Incus and sshd)',
  { timeout: 120_000 },
  () => {
    const home = new Home()
    const knownHosts = join(home.path, 'known_hosts')
    let lab: Lab
    let file: string[]
    const deploy = (...more: string[]) => home.json<OperationResult>(['deploy', '--yes', ...file, ...more])
    const everywhere = (): Promise<string[][]> => Promise.all(lab.hosts.map(instancesOf))
    const answers = (): Promise<string[]> =>
      Promise.all(
        lab.hosts.map(async (host) => (await fetch(urlOf(host), { signal: AbortSignal.timeout(2_000) })).text()),
      )

    beforeAll(async () => {
      lab = await Lab.up({ hosts: 3, name: 'deploy' })
      for (const version of ['1.0.0', '1.1.0']) await writeRelease(home, version)
      // What instances are made from, only the first host has under this name, and the second has nothing of it.
      const [h1, h2] = lab.hosts as [LabHost, LabHost]
      await h1.incus('image', 'alias', 'create', OWN, (await imageOf(h1, 'cul8er/tiny')).fingerprint)
      await h2.incus('image', 'delete', 'cul8er/tiny')
      const strategy = { approach: 'blueGreen', keep: '0s' }
      file = await declare(home, { name: NAME, lab, strategy, web: { image: OWN } })
      await mkdir(home.path, { recursive: true, mode: 0o700 })
    })
    afterAll(async () => {
      await home.remove()
      await lab.down()
    })

    it('is refused while nobody vouches for a host', async () => {
      expect(await deploy()).toMatchObject({ error: { code: 'HOST_KEY_UNKNOWN' } })
      const lines = (await readFile(lab.knownHostsFile, 'utf8')).split('\n')
      // The second host is where the key of the first one is expected.
      const key = (i: number): string => lines[i]!.split(' ').slice(1).join(' ')
      await writeFile(knownHosts, [lines[0], `${lab.hosts[1]!.address} ${key(0)}`, lines[2], ''].join('\n'))
      const refused = await deploy()
      expect(refused).toMatchObject({ error: { code: 'HOST_KEY_CHANGED' } })
      expect(JSON.stringify(refused)).toContain(lab.hosts[1]!.address)
      expect(await everywhere()).toEqual([[], [], []])
      await rm(knownHosts)
      await copyFile(lab.knownHostsFile, knownHosts)
    })

    it('is refused where an image is missing that nobody has', async () => {
      const unknown = await declare(home, { name: 'unknown', lab, web: { image: 'cul8er/nobody' } })
      expect(await home.json(['deploy', '--yes', ...unknown])).toMatchObject({
        error: { code: 'IMAGE_NOT_FOUND', message: 'resources.web.image: host h1 has no image cul8er/nobody' },
      })
      expect(await everywhere()).toEqual([[], [], []])
    })

    it('has a replica and an edge on each', async () => {
      for (const host of lab.hosts.slice(1)) await host.incus('image', 'delete', 'cul8er/edge')
      const began = performance.now()
      const plan = await home.json<Plan>(['plan', ...file])
      expect(plan).toMatchObject({ changes: [{ host: 'h1' }, { host: 'h2' }, { host: 'h3' }] })
      expect(plan.copies).toMatchObject([
        ...['h2', 'h3'].map((host) => ({ image: OWN, host, from: 'h1' })),
        ...['h2', 'h3'].map((host) => ({ image: 'cul8er/edge', host, from: null })),
      ])
      console.log(`three hosts: plan ${Math.round(performance.now() - began)} ms`)
      const done = await deploy()
      expect(done).toMatchObject({ outcome: 'succeeded' })
      console.log(`three hosts: first deploy ${Math.round(performance.now() - began)} ms`)
      const copied = done.steps.filter(({ name }) => name.startsWith('copy image '))
      expect(copied.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done'])
      console.log('three hosts:', copied.map(({ name, durationMs }) => `${name}: ${durationMs} ms`).join(', '))
      for (const image of [OWN, 'cul8er/edge']) {
        const found = await Promise.all(lab.hosts.map((host) => imageOf(host, image)))
        expect(found).toEqual([found[0], found[0], found[0]])
      }
      expect(await everywhere()).toEqual([1, 2, 3].map((n) => ['cul8er-edge', `${NAME}-web-${n}-blue`]))
      expect(await answers()).toEqual(['1.0.0', '1.0.0', '1.0.0'])
      expect(await home.json(['status', NAME])).toMatchObject({
        healthy: true,
        instances: [1, 2, 3].map((n) => ({ host: `h${n}`, state: 'Running', version: '1.0.0', health: 'healthy' })),
      })
    })

    it('drops no request of any host at an update', async () => {
      const loads = startLoads(lab)
      const began = performance.now()
      expect(await deploy('--version', '1.1.0')).toMatchObject({ outcome: 'succeeded' })
      console.log(`three hosts: update ${Math.round(performance.now() - began)} ms`)
      await expectNoneFailed(loads)
      expect(await everywhere()).toEqual([1, 2, 3].map((n) => ['cul8er-edge', `${NAME}-web-${n}-green`]))
    })

    it('goes back', async () => {
      expect(await home.json(['rollback', NAME, '--yes'])).toMatchObject({ outcome: 'succeeded' })
      expect(await answers()).toEqual(['1.0.0', '1.0.0', '1.0.0'])
    })

    it("changes nothing where one host has somebody else's instance of a name", async () => {
      const other = await declare(home, { name: 'other', lab, web: { network: {} } })
      await lab.hosts[2]!.incus('create', '--quiet', 'cul8er/tiny', 'other-web-3')
      const before = await everywhere()
      const refused = await home.json<{ error: { message: string } }>(['deploy', '--yes', ...other])
      expect(refused).toMatchObject({ error: { code: 'NAME_CLASH' } })
      expect(refused.error.message).toContain('h3')
      expect(await everywhere()).toEqual(before)
    })

    it('leaves nothing once it is destroyed', async () => {
      expect(await home.json(['destroy', NAME, '--yes'])).toMatchObject({ outcome: 'succeeded' })
      expect(await everywhere()).toEqual([[], [], ['other-web-3']])
    })

    it('drops no request where a host has two that are changed in place, as many at a time as there are', async () => {
      const strategy = { approach: 'rolling', maxParallel: 6 }
      const rolled = await declare(home, { name: 'rolled', lab, strategy, web: { replicas: 6 } })
      expect(await home.json(['deploy', '--yes', ...rolled])).toMatchObject({ outcome: 'succeeded' })
      const loads = startLoads(lab)
      expect(await home.json(['deploy', '--yes', ...rolled, '--version', '1.1.0'])).toMatchObject({
        outcome: 'succeeded',
      })
      await expectNoneFailed(loads)
      expect(await home.json(['destroy', 'rolled', '--yes'])).toMatchObject({ outcome: 'succeeded' })
    })

    it('drops no request of any host while one is drained', async () => {
      const top = { network: { betweenHosts: 'routed' } }
      const moved = await declare(home, { name: 'moved', lab, top })
      expect(await home.json(['deploy', '--yes', ...moved])).toMatchObject({ outcome: 'succeeded' })
      const webs = async () => (await everywhere()).map((names) => names.filter((name) => name.startsWith('moved')))
      const loads = startLoads(lab)
      const began = performance.now()
      const drained = await home.json(['hosts', 'drain', 'h1', '--yes', '--reason', 'new disk', ...moved])
      console.log(`three hosts: drain of one ${Math.round(performance.now() - began)} ms`)
      expect(drained).toMatchObject({
        cordoned: { reason: 'new disk' },
        topologies: [{ topology: 'moved', outcome: 'succeeded', changes: [{ action: 'replace', host: 'h2' }] }],
      })
      await expectNoneFailed(loads, ['1.0.0'])
      const places = [[], ['moved-web-1-green', 'moved-web-2'], ['moved-web-3']]
      expect(await webs()).toEqual(places)
      expect(await home.json(['hosts', ...moved])).toMatchObject({
        hosts: [{ cordoned: { reason: 'new disk' } }, {}, {}],
      })
      expect(await home.json(['plan', ...moved])).toMatchObject({ empty: true })
      expect(await home.json(['hosts', 'uncordon', 'h1', ...moved])).toMatchObject({ cordoned: null, changed: true })
      expect(await home.json(['plan', ...moved])).toMatchObject({ empty: true })
      expect(await webs()).toEqual(places)
      expect(await home.json(['destroy', 'moved', '--yes'])).toMatchObject({ outcome: 'succeeded' })
    })
  },
)

/** What a host has under an alias. */
async function imageOf(host: LabHost, alias: string): Promise<{ fingerprint: string; version: string }> {
  const path = `/1.0/images/aliases/${encodeURIComponent(alias)}`
  const { target: fingerprint } = JSON.parse(await host.incus('query', path)) as { target: string }
  return { fingerprint, version: await host.incus('image', 'get-property', alias, 'cul8er.hash') }
}

/** From outside, at the public port of every host. */
const startLoads = (lab: Lab): Load[] =>
  lab.hosts.map((host) =>
    startLoad({
      url: urlOf(host),
      rate: 50,
      mix: [{ name: 'get', method: 'GET', path: '/', share: 1 }],
      serverOf: (_, body) => body,
    }),
  )

/** And every host has answered with each version. */
async function expectNoneFailed(loads: readonly Load[], versions = ['1.0.0', '1.1.0']): Promise<void> {
  const reports = await Promise.all(loads.map((load) => load.stop()))
  console.log(
    'three hosts:',
    reports.map(({ ok, sent, latencyMs }) => ({ ok, sent, ...latencyMs })),
  )
  for (const report of reports) {
    expect(report.first).toEqual([])
    expect(report).toMatchObject({ failed: 0, ok: report.sent })
    expect(Object.keys(report.byServer).sort()).toEqual(versions)
  }
}
