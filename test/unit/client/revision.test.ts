import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createArtifactStore } from '../../../src/artifacts/store.js'
import { normalised } from '../../../src/client/declared.js'
import { buildRevision, type RevisionSources } from '../../../src/client/revision.js'
import { digestOf } from '../../../src/plan/digest.js'
import { readPlan, refuseChangedFile, savedPlan, writePlan } from '../../../src/client/saved-plan.js'
import { makeCertificate, type Made } from '../../support/certificates.js'
import { tarGz } from '../../support/tarballs.js'

let folder = ''
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cul8er-revision-'))
  mkdirSync(join(folder, 'releases'))
  await writeFile(join(folder, 'releases', 'web-1.0.0.tar.gz'), await tarGz({ 'bin/web': '#!/bin/sh\n' }))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const declare = (version = '1.0.0', cluster = false) =>
  normalised({
    name: 'shop',
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: {
      web: {
        type: 'container',
        image: 'a/b',
        environment: { KEY: { secret: { from: 'system', key: 'SHOP_KEY' } } },
        deploy: { release: 'web', version },
      },
    },
    ...(cluster ? { cluster: { name: 'c', nodes: ['web'] } } : {}),
  })
const sources = (more: Partial<RevisionSources> = {}): RevisionSources => ({
  directory: folder,
  env: { SHOP_KEY: 'very secret' },
  store: createArtifactStore(join(folder, 'store')),
  sealKey: new Uint8Array(32).fill(7),
  known: [],
  ...more,
})

test('it holds what a rollback needs, and no secret in clear', async () => {
  const revision = await buildRevision(declare(), sources())
  expect(Object.keys(revision.artifacts)).toEqual(['web@1.0.0'])
  expect(await sources().store.has(revision.artifacts['web@1.0.0']?.sha256 ?? '')).toBe(true)
  expect(Object.keys(revision.sealed)).toEqual(['web/KEY'])
  expect(JSON.stringify(revision)).not.toContain('very secret')
})

test('sealed again it is the same; another secret makes another', async () => {
  const [first, again, other] = await Promise.all([
    buildRevision(declare(), sources()),
    buildRevision(declare(), sources()),
    buildRevision(declare(), sources({ env: { SHOP_KEY: 'another' } })),
  ])
  expect(again.sealed['web/KEY']?.box).not.toBe(first.sealed['web/KEY']?.box)
  expect(again.digest).toBe(first.digest)
  expect(other.digest).not.toBe(first.digest)
})

test('a certificate is kept sealed; another pair makes another revision, and without one the digest is as ever', async () => {
  const certificate = { cert: 'own.pem', key: 'own.key' }
  const https = (more: object) => ({
    name: 'shop',
    hosts: { here: { address: 'localhost', platform: 'debian' as const } },
    resources: {
      web: { image: 'a/b', network: { expose: [{ port: 4000, as: 443, protocol: 'https' as const, ...more }] } },
    },
  })
  const build = async ({ cert, key }: Made) => {
    await Promise.all([writeFile(join(folder, 'own.pem'), cert), writeFile(join(folder, 'own.key'), key)])
    return buildRevision(normalised(https({ certificate })), sources())
  }
  const made = makeCertificate()
  const [first, again, other] = [await build(made), await build(made), await build(makeCertificate())]
  expect(Object.keys(first.certificates ?? {})).toEqual(['web/443'])
  expect(JSON.stringify(first)).not.toContain(made.key.split('\n')[1])
  expect(again.digest).toBe(first.digest)
  expect(other.digest).not.toBe(first.digest)

  const { topology, artifacts, certificates, digest } = await buildRevision(normalised(https({})), sources())
  expect(certificates).toBeUndefined()
  expect(digest).toBe(digestOf({ topology, artifacts, secrets: {} }))
})

test('without the tarball and without the secret the last revision has them', async () => {
  const first = { number: 1, ...(await buildRevision(declare(), sources())) }
  rmSync(join(folder, 'releases'), { recursive: true })
  const again = await buildRevision(declare(), sources({ env: {}, known: [first] }))
  expect(again.digest).toBe(first.digest)
  expect(again.sealed).toEqual(first.sealed)
})

test('a file that the topology names must be there, whatever was deployed before', async () => {
  const declared = (artifact: string) => {
    const topology = declare()
    const { web } = topology.resources
    if (web?.deploy == null) throw new Error('no release')
    return { ...topology, resources: { web: { ...web, deploy: { ...web.deploy, artifact } } } }
  }
  const first = { number: 1, ...(await buildRevision(declared('releases/web-{version}.tar.gz'), sources())) }
  await expect(
    buildRevision(declared('releases/wbe-{version}.tar.gz'), sources({ known: [first] })),
  ).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
    message: `no artifact of web 1.0.0: looked for ${join(folder, 'releases', 'wbe-1.0.0.tar.gz')}`,
    hint: expect.stringMatching(/^Found web-1\.0\.0\.tar\.gz: did you mean/) as string,
  })
})

test('a secret that no environment and no revision has is refused with what to export', async () => {
  await expect(buildRevision(declare(), sources({ env: {} }))).rejects.toMatchObject({
    code: 'SECRET_UNRESOLVED',
    message: 'the environment of this command lacks a variable for secrets: resources.web.environment.KEY: SHOP_KEY',
    hint: expect.stringContaining('export SHOP_KEY') as string,
  })
})

test('a tarball beyond the limits that the environment sets is not taken in', async () => {
  const files = { 'bin/web': '#!/bin/sh\n', more: '' }
  await writeFile(join(folder, 'releases', 'web-1.0.0.tar.gz'), await tarGz(files))
  const within = (count: string) =>
    buildRevision(declare(), sources({ env: { SHOP_KEY: 'x', CUL8ER_RELEASE_FILES: count } }))
  await expect(within('1')).rejects.toMatchObject({ code: 'ARTIFACT_BROKEN' })
  await within('2')
})

test.each([
  ['a tarball that is nowhere', () => declare('2.0.0'), 'ARTIFACT_MISSING'],
  ['what cannot be carried out yet', () => declare('1.0.0', true), 'NOT_SUPPORTED_YET'],
])('%s is refused', async (_name, topology, code) => {
  await expect(buildRevision(topology(), sources())).rejects.toMatchObject({ code })
})

test('a saved plan is read back, and refused when the file declares something else', async () => {
  const topology = declare()
  const plan = { topology: 'shop', changes: [], empty: true, fingerprint: 'f', notes: [] }
  const revision = await buildRevision(topology, sources())
  const saved = savedPlan(topology, { revision, plan, key: new Uint8Array(32) })
  const file = join(folder, 'shop.plan')
  await writePlan(file, saved)
  const read = await readPlan(file)
  expect(read).toEqual(saved)
  expect(() => refuseChangedFile(read, declare())).not.toThrow()
  expect(() => refuseChangedFile(read, declare('2.0.0'))).toThrow(/stale/)
})

test.each(['nothing', '{}', 'null'])('a file with %s is not a saved plan', async (text) => {
  const file = join(folder, 'x')
  await writeFile(file, text)
  await expect(readPlan(file)).rejects.toMatchObject({ code: 'USAGE' })
})
