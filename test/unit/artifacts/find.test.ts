import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findArtifact } from '../../../src/artifacts/find.js'

const topologyDir = await mkdtemp(join(tmpdir(), 'cul8er-find-'))
for (const [folder, name] of [
  ['releases', 'app-1.0.0.tar.gz'],
  ['releases', 'app-1.1.0.tar.gz'],
  ['releases', 'notes.txt'],
  ['_build/prod', 'app-1.0.0.tar.gz'],
  ['_build/prod', 'app-2.0.0.tar.gz'],
  ['out', 'v3.tgz'],
] as const) {
  await mkdir(join(topologyDir, folder), { recursive: true })
  await writeFile(join(topologyDir, folder, name), '')
}
const find = (version: string, artifact: string | null = null, artifacts?: string[]): Promise<string> =>
  findArtifact({ topologyDir, release: { release: 'app', version, artifact }, ...(artifacts ? { artifacts } : {}) })

describe('findArtifact', () => {
  it.each([
    ['1.0.0', null, undefined, 'releases/app-1.0.0.tar.gz'],
    ['2.0.0', null, undefined, '_build/prod/app-2.0.0.tar.gz'],
    ['1.0.0', null, ['_build/prod', 'releases'], '_build/prod/app-1.0.0.tar.gz'],
    ['3', 'out/v{version}.tgz', undefined, 'out/v3.tgz'],
    ['3', join(topologyDir, 'out/v3.tgz'), undefined, 'out/v3.tgz'],
  ])('finds %s %s in %s', async (version, artifact, artifacts, path) => {
    expect(await find(version, artifact, artifacts)).toBe(join(topologyDir, path))
  })

  it('names each place looked at, and what is nearest', async () => {
    await expect(find('1.2.0')).rejects.toMatchObject({
      code: 'ARTIFACT_MISSING',
      message: `no artifact of app 1.2.0: looked for ${join(topologyDir, 'releases/app-1.2.0.tar.gz')} and ${join(topologyDir, '_build/prod/app-1.2.0.tar.gz')}`,
      hint: expect.stringMatching(/^Found app-1\.\d\.0\.tar\.gz, /) as string,
    })
    for (const version of ['0.1.0', '0.2.0', '0.3.0', '0.4.0'])
      await writeFile(join(topologyDir, 'releases', `old-${version}.tar.gz`), '')
    await expect(find('1.2.0')).rejects.toMatchObject({
      hint: expect.stringMatching(/ and \d more: did you mean/) as string,
    })
    await expect(find('4', 'out/v{version}.tgz')).rejects.toMatchObject({
      hint: expect.stringContaining('v3.tgz') as string,
    })
    await expect(find('1', null, ['empty'])).rejects.toMatchObject({
      hint: `Build the release, or set \`artifacts\` or \`deploy.artifact\`; there is no tarball in ${join(topologyDir, 'empty')}.`,
    })
  })
})
