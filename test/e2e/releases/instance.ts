import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Artifact, InstanceSpec } from '../../../src/plan/model.js'
import { tarGz } from '../../support/tarballs.js'

/** Runs an Incus command outside of what is tested. */
export const incus = async (...args: string[]): Promise<string> =>
  // Incus reads configuration from a standard input that is not a terminal.
  (await execa('incus', args, { stdin: 'ignore', timeout: 60_000, stripFinalNewline: false })).stdout

/** What a script says in an instance. `incus exec` now and then loses all of it: then the script runs once more. */
export async function inside(name: string, script: string): Promise<string> {
  for (let left = 3; left > 0; left -= 1) {
    const said = await incus('exec', name, '--', 'sh', '-c', `${script}\nended=$?; printf %s ${ENDED}; exit $ended`)
    if (said.endsWith(ENDED)) return said.slice(0, -ENDED.length)
  }
  throw new Error(`what was said in ${name} did not arrive`)
}

const ENDED = 'said-it-all'

export async function launch(prefix: string, image = 'cul8er/tiny'): Promise<string> {
  const name = `${prefix}-${randomBytes(3).toString('hex')}`
  await incus('launch', image, name)
  return name
}

/** A release whose program writes its environment to /tmp/env (NUL between) and its arguments to the log, then waits. */
export async function tarball(
  files: Record<string, string>,
  modes: Record<string, number> = {},
): Promise<{ path: string; artifact: Artifact }> {
  const path = join(await mkdtemp(join(tmpdir(), 'cul8er-release-')), 'release.tar.gz')
  await writeFile(path, await tarGz(files, modes))
  return { path, artifact: await artifactOf(path) }
}

export async function artifactOf(path: string): Promise<Artifact> {
  const bytes = await readFile(path)
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length }
}

export const instanceSpec = (name: string, changes: Partial<InstanceSpec> = {}): InstanceSpec => ({
  name,
  topology: 'rt',
  resource: 'app',
  index: null,
  color: '',
  host: 'localhost',
  project: null,
  type: 'container',
  image: 'cul8er/tiny',
  stateful: false,
  config: {},
  devices: {},
  environment: {},
  secrets: [],
  release: null,
  healthcheck: null,
  expose: [],
  digest: '0'.repeat(16),
  ...changes,
})
