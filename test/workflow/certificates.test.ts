import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporal } from '@temporalio/proto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealCertificates } from '../../src/certificates/seal.js'
import { revisionDigest } from '../../src/client/revision.js'
import { ledgerId } from '../../src/contracts/index.js'
import { Cul8erError } from '../../src/errors.js'
import type { Artifact, Revision } from '../../src/plan/model.js'
import type { TopologyRoutes } from '../../src/traffic/model.js'
import { makeCertificate, type Made } from '../support/certificates.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { MemoryEdge } from '../support/memory-edge.js'
import { Rig } from '../support/rig.js'
import { TEST_KEY } from '../support/signing.js'

/* Certificates of one's own: sealed with the revision they reach the edge, and come back, when their files are long gone. */

const [first, second] = [makeCertificate({ days: 90 }), makeCertificate({ days: 10 })]

/** Does what it is told, and says that it did not. */
class HalfEdge extends MemoryEdge {
  override async apply(routes: TopologyRoutes): Promise<void> {
    await super.apply(routes)
    if (routes.routes.some(({ certificate }) => certificate?.certPem === second.cert)) {
      throw new Cul8erError('PERMISSION', 'not any more')
    }
  }
}

describe('a certificate of one’s own', { timeout: 150_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-certificates-'))
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '2.0.0': { health: 'never' } })
  })
  afterAll(async () => {
    await rig.stop()
    rmSync(folder, { recursive: true })
  })

  class Certified {
    readonly fleet: Fleet
    constructor(readonly name: string) {
      this.fleet = new Fleet(rig, name, 'rolling', artifacts)
    }

    paths = { cert: join(folder, 'own.pem'), key: join(folder, 'own.key') }

    declared(version: string): Omit<Revision, 'number'> {
      const expose = [{ port: 4000, as: 8443, protocol: 'https', certificate: this.paths }]
      return this.fleet.revision(version, { web: { network: { expose } } })
    }

    /** As a command makes it; the files are there for that moment alone. */
    async revision(made: Made, version = '1.0.0', sealKey: Uint8Array = TEST_KEY): Promise<Omit<Revision, 'number'>> {
      const revision = this.declared(version)
      const own = mkdtempSync(join(folder, 'files-'))
      writeFileSync(join(own, 'own.pem'), made.cert)
      writeFileSync(join(own, 'own.key'), made.key)
      const { topology } = revision
      for (const expose of topology.resources.web!.expose) expose.certificate = { cert: 'own.pem', key: 'own.key' }
      const certificates = await sealCertificates(topology, { directory: own, sealKey, now: new Date() })
      rmSync(own, { recursive: true })
      return { ...revision, certificates, digest: revisionDigest({ ...revision, certificates }) }
    }

    async deploy(...args: Parameters<Certified['revision']>) {
      return this.fleet.run({ kind: 'deploy', revision: await this.revision(...args) })
    }

    /** The certificate that the edge serves, and with which key. */
    async served() {
      const routes = (await rig.edges.get(this.name)?.current(this.name))?.routes ?? []
      return routes.map(({ certificate }) => certificate)
    }

    async expectServed({ cert, key }: Made): Promise<void> {
      expect(await this.served()).toEqual([{ certPem: cert, keyPem: key }])
    }

    async changes(made: Made): Promise<{ reasons: string[][]; notes: string[] }> {
      const plan = await rig.plan(await this.revision(made))
      return { reasons: plan.changes.map(({ reasons }) => reasons), notes: plan.notes }
    }
  }

  it.concurrent('changes by a deploy and comes back by a rollback, without a change of any instance', async () => {
    const shop = new Certified('pairs')
    expect(await shop.deploy(first)).toMatchObject({ outcome: 'succeeded' })
    await shop.expectServed(first)
    expect(await shop.changes(first)).toEqual({ reasons: [], notes: [] })

    const end = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10)
    expect(await shop.changes(second)).toEqual({
      reasons: [[`certificate of https 8443 changes, new expiry ${end}`]],
      notes: [expect.stringMatching(/^web: the certificate of https 8443 expires .*, in (9|10) days$/)],
    })
    const made = Object.values(shop.fleet.instances()).map(({ name, createdAt }) => [name, createdAt])
    expect(await shop.deploy(second)).toMatchObject({ outcome: 'succeeded', revision: 2 })
    await shop.expectServed(second)

    expect(await shop.fleet.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 1 })
    await shop.expectServed(first)
    expect(Object.values(shop.fleet.instances()).map(({ name, createdAt }) => [name, createdAt])).toEqual(made)
  })

  it.concurrent('comes back when the deploy fails', async () => {
    const shop = new Certified('failed')
    await shop.deploy(first)
    expect(await shop.deploy(second, '2.0.0')).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    const told = rig.edges
      .get('failed')
      ?.told.flatMap(({ routes }) => routes.map((route) => route.certificate?.certPem))
    expect(told).toContain(second.cert)
    await shop.expectServed(first)
  })

  it.concurrent('comes back when nothing else was to change and an edge fails', async () => {
    const shop = new Certified('half')
    rig.edges.set('half', new HalfEdge())
    await shop.deploy(first)
    expect(await shop.deploy(second)).toMatchObject({ outcome: 'rolledBack', error: { code: 'PERMISSION' } })
    await shop.expectServed(first)
  })

  it.concurrent('that does not open is refused before anything changes', async () => {
    const shop = new Certified('unopened')
    await shop.deploy(first)
    const before = rig.edges.get('unopened')?.told.length
    expect(await shop.deploy(second, '1.0.0', new Uint8Array(32))).toMatchObject({
      outcome: 'failed',
      error: { code: 'SECRET_UNRESOLVED' },
    })
    expect(rig.edges.get('unopened')?.told.length).toBe(before)
    await shop.expectServed(first)
  })

  it.concurrent('of a revision with paths alone is read by the worker, or missed before anything changes', async () => {
    const shop = new Certified('paths')
    writeFileSync(shop.paths.cert, first.cert)
    writeFileSync(shop.paths.key, first.key)
    const revision = shop.declared('1.0.0')
    expect(await shop.fleet.run({ kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
    await shop.expectServed(first)
    expect(await shop.deploy(second)).toMatchObject({ outcome: 'succeeded' })
    await shop.expectServed(second)
    rmSync(shop.paths.key)
    expect(await shop.fleet.run({ kind: 'rollback' })).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'SECRET_UNRESOLVED',
        message: `the certificate of port 8443: the file ${shop.paths.key} cannot be read (ENOENT)`,
      },
    })
    await shop.expectServed(second)
  })

  it.concurrent('leaves no key in a history', async () => {
    const shop = new Certified('histories')
    const { workflowId } = await rig.start('histories', { kind: 'deploy', revision: await shop.revision(first) })
    await rig.idle('histories')
    const needle = first.key.split('\n')[1]!
    for (const id of [workflowId, ledgerId('histories')]) {
      const history = await rig.env.client.workflow.getHandle(id).fetchHistory()
      const bytes = Buffer.from(temporal.api.history.v1.History.encode(history).finish())
      expect(bytes.includes('8443')).toBe(true)
      expect(bytes.includes(needle)).toBe(false)
      expect(bytes.includes(Buffer.from(needle).toString('base64').slice(0, 60))).toBe(false)
    }
  })
})
