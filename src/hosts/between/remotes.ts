import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IncusWay } from '../executor.js'

/** The ways that the Incus client itself can go. */
export type RealWay = Exclude<IncusWay, { kind: 'emulated' }>

/**
 * A configuration folder of the Incus client in which hosts are remotes. It may hold a private key: nobody else of this machine can open it.
 * @returns its path, and what removes it
 */
export async function remotesFolder(
  ways: Record<string, RealWay>,
): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'cul8er-remotes-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await write(folder, ways)
  } catch (error) {
    // A key may be in it by now, and nobody else knows of the folder.
    await remove()
    throw error
  }
  return { folder, remove }
}

async function write(folder: string, ways: Record<string, RealWay>): Promise<void> {
  const certificates = join(folder, 'servercerts')
  await mkdir(certificates, { mode: 0o700 })
  const secret = { mode: 0o600 }
  for (const [name, way] of Object.entries(ways)) {
    if (way.kind !== 'https') continue
    await writeFile(join(certificates, `${name}.crt`), way.certificate, secret)
    await writeFile(join(folder, 'client.crt'), way.identity.cert, secret)
    await writeFile(join(folder, 'client.key'), way.identity.key, secret)
  }
  await writeFile(join(folder, 'config.yml'), remotesConfig(ways), secret)
}

/** What the client reads: YAML, of which JSON is a part. */
export const remotesConfig = (ways: Record<string, RealWay>): string =>
  JSON.stringify(
    {
      'default-remote': 'local',
      remotes: Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, remote(way)])),
      aliases: {},
    },
    null,
    2,
  )

const remote = (way: RealWay): object =>
  way.kind === 'socket'
    ? { addr: `unix://${way.path}`, protocol: 'incus', public: false }
    : { addr: way.url, protocol: 'incus', auth_type: 'tls', public: false }

/** Name of a host as a remote: the client keeps some for itself, and two hosts never get the same one. */
export const remoteName = (host: string): string => (KEPT.test(host) ? `${host}-host` : host)

const KEPT = /^(local|images)(-host)*$/
