import { join } from 'node:path'
import { utimesSync } from 'node:fs'
import { expect, it } from 'vitest'
import { newestArtifact } from '../../../src/artifacts/newest.js'
import { folder } from '../loaders/folder.js'

/** Files with the second of their last change. */
function released(files: Record<string, number>): string {
  const path = folder(Object.fromEntries(Object.keys(files).map((name) => [name, ''])))
  for (const [name, second] of Object.entries(files)) utimesSync(join(path, name), second, second)
  return path
}
const newest = (topologyDir: string, artifact: string | null = null, releases = ['app']) =>
  newestArtifact({
    topologyDir,
    artifacts: ['./releases', '_build/prod'],
    release: { release: 'app', artifact },
    releases,
  })

it.each([
  ['the only one', { 'releases/app-1.0.0.tar.gz': 1 }, null, ['1.0.0', 1]],
  [
    'the newest by time, not by number',
    { 'releases/app-2.0.0.tar.gz': 1, 'releases/app-1.9.9.tar.gz': 2 },
    null,
    ['1.9.9', 2],
  ],
  ['of all folders', { 'releases/app-1.0.0.tar.gz': 1, '_build/prod/app-1.1.0.tar.gz': 2 }, null, ['1.1.0', 2]],
  [
    'of one version that of the first folder',
    { 'releases/app-1.tar.gz': 1, '_build/prod/app-1.tar.gz': 1 },
    null,
    ['1', 1],
  ],
  [
    'none of another release',
    { 'releases/app-1.0.0.tar.gz': 1, 'releases/app-admin-2.0.0.tar.gz': 2 },
    null,
    ['1.0.0', 1],
  ],
  ['a version of letters', { 'releases/app-3f2a1c.tar.gz': 1, 'releases/app-main.tar.gz': 2 }, null, ['main', 2]],
  [
    'older ones of the same age do not matter',
    { 'releases/app-1.tar.gz': 1, 'releases/app-2.tar.gz': 1, 'releases/app-3.tar.gz': 2 },
    null,
    ['3', 3],
  ],
  ['by its own path', { 'out/v1.tgz': 1, 'out/v2.tgz': 2, 'out/v3.txt': 3 }, 'out/v{version}.tgz', ['2', 2]],
  [
    'by a folder of its own',
    { 'out/1.0/a-1.0.tgz': 1, 'out/2.0/b.tgz': 2 },
    'out/{version}/a-{version}.tgz',
    ['1.0', 1],
  ],
  ['by the name of the file', { 'out/app-7.tar.gz': 1 }, 'out/app-7.tar.gz', ['7', 1]],
  ['nothing there', { 'releases/notes.txt': 1 }, null, null],
] as const)('%s', async (_what, files, artifact, expected) => {
  const found = await newest(released(files), artifact)
  expect(found === null ? null : [found.version, found.among]).toEqual(expected)
})

it('a tarball of a release with a longer name, which the topology has, is none of its own', async () => {
  const files = { 'releases/app-1.tar.gz': 1, 'releases/app-x-main.tar.gz': 2 }
  expect(await newest(released(files), null, ['app', 'app-x'])).toMatchObject({ version: '1' })
})

it('two of the same age are refused by name', async () => {
  const path = released({ 'releases/app-2.tar.gz': 5, '_build/prod/app-1.tar.gz': 5 })
  await expect(newest(path)).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
    message: `cannot tell which version of app is the newest: ${path}/_build/prod/app-1.tar.gz and ${path}/releases/app-2.tar.gz have the same age`,
    hint: expect.stringContaining('--version') as string,
  })
})

it('a path that tells no version is refused', async () => {
  await expect(newest(released({ 'out/app.tgz': 1 }), 'out/app.tgz')).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
    message: expect.stringContaining('cannot tell the version') as string,
  })
})
