import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.js'

/** An image of this machine's Incus, as a file. */
export interface LabImage {
  alias: string
  /** What told versions of it apart here (scripts/setup/images). */
  properties: Record<string, string>
  file: string
}

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cul8er', 'lab')

/** Images cul8er/NAME as files, which are kept by their fingerprints. @throws Error when this machine lacks one */
export async function imageFiles(names: readonly string[]): Promise<LabImage[]> {
  return Promise.all(names.map(imageFile))
}

async function imageFile(name: string): Promise<LabImage> {
  const alias = `cul8er/${name}`
  const { target } = JSON.parse(await run('incus', ['query', `/1.0/images/aliases/${encodeURIComponent(alias)}`])) as {
    target: string
  }
  const { properties } = JSON.parse(await run('incus', ['query', `/1.0/images/${target}`])) as {
    properties: Record<string, string>
  }
  const hash = properties['cul8er.hash']
  return { alias, properties: hash === undefined ? {} : { 'cul8er.hash': hash }, file: await exported(name, target) }
}

async function exported(name: string, fingerprint: string): Promise<string> {
  const kept = join(CACHE, `${name}-${fingerprint}`)
  if (existsSync(kept)) return kept
  await mkdir(CACHE, { recursive: true })
  const folder = await mkdtemp(join(CACHE, '.new-'))
  try {
    await run('incus', ['image', 'export', fingerprint, join(folder, 'image'), '--quiet'])
    // Incus adds what the file is packed with.
    const [file = ''] = await readdir(folder)
    for (const old of await readdir(CACHE)) if (old.startsWith(`${name}-`)) await rm(join(CACHE, old), { force: true })
    await rename(join(folder, file), kept)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return kept
}
