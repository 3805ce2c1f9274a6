import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createArtifactStore } from '../../../src/artifacts/store.js'
import { buildRevision } from '../../../src/client/revision.js'
import { normalised } from '../../../src/client/declared.js'
import { override } from '../../../src/client/overrides.js'
import { withVersions } from '../../../src/client/versions.js'
import { tarGz } from '../../support/tarballs.js'
import { folder } from '../loaders/folder.js'

const declared = (version?: string) =>
  normalised({
    name: 'shop',
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: {
      web: { image: 'a/b', deploy: { release: 'web', ...(version === undefined ? {} : { version }) } },
      jobs: { image: 'a/b', deploy: { release: 'web' } },
      db: { image: 'a/b' },
    },
  })

async function releases(...versions: string[]): Promise<string> {
  const path = folder({ 'releases/x': '' })
  for (const [index, version] of versions.entries()) {
    const file = join(path, 'releases', `web-${version}.tar.gz`)
    writeFileSync(file, await tarGz({ 'bin/web': '#!/bin/sh\n' }))
    utimesSync(file, index + 1, index + 1)
  }
  return path
}

const chosen = async (topology: ReturnType<typeof declared>, directory: string) => {
  const { topology: whole, notes } = await withVersions(topology, { directory, known: [] })
  return { versions: Object.values(whole.resources).map(({ deploy }) => deploy?.version), notes }
}

it('the newest one for what names none, and the plan is told which', async () => {
  const path = await releases('2.0.0', '1.0.0')
  const file = join(path, 'releases', 'web-1.0.0.tar.gz')
  expect(await chosen(declared(), path)).toEqual({
    versions: ['1.0.0', '1.0.0', undefined],
    notes: [`web: version 1.0.0, the newest of 2: ${file}`],
  })
  expect((await chosen(declared('2.0.0'), path)).versions).toEqual(['2.0.0', '1.0.0', undefined])
  const named = override(declared(), { version: '2.0.0' })
  expect(await chosen(named, path)).toEqual({ versions: ['2.0.0', '2.0.0', undefined], notes: [] })
})

it('a revision keeps what was chosen: the same as if the file had named it', async () => {
  const path = await releases('1.0.0')
  const sources = {
    directory: path,
    env: {},
    store: createArtifactStore(join(path, 'store')),
    sealKey: new Uint8Array(32),
    known: [],
  }
  const { topology } = await withVersions(declared(), sources)
  const revision = await buildRevision(topology, sources)
  expect(revision.topology.resources.web?.deploy?.version).toBe('1.0.0')
  const named = await buildRevision(override(declared(), { version: '1.0.0' }), sources)
  expect(revision.digest).toBe(named.digest)

  // Where no tarball is any more the last revision says it.
  const empty = folder({ x: '' })
  const again = await withVersions(declared(), { directory: empty, known: [{ number: 1, ...revision }] })
  expect(again.topology).toStrictEqual(topology)
  expect(again.notes).toEqual(['web: version 1.0.0 as before, since there is no tarball here'])
  await expect(withVersions(declared(), { directory: empty, known: [] })).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
    message: expect.stringContaining(join(empty, 'releases', 'web-{version}.tar.gz')) as string,
  })
})
