import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { besideTopology } from '../files/paths.js'
import { RELEASE_VERSION } from '../topology/schema/resource.js'
import type { Release } from '../topology/model.js'

export interface FindNewest {
  /** The folder of the topology file, which paths are relative to. */
  topologyDir: string
  artifacts: readonly string[]
  release: Pick<Release, 'release' | 'artifact'>
  /** Names of all releases of the topology: a tarball of `app-admin` is none of `app`. */
  releases: readonly string[]
}

/** A version that nobody named, and the tarball that it was taken from. */
export interface Newest {
  version: string
  file: string
  /** How many versions there were to choose from. */
  among: number
}

/**
 * The only version that there is a tarball of, or that of the tarball that was written last; null when there is none. A version that is in
 * several folders is the one of the first, as `findArtifact` takes it.
 * @throws Cul8erError ARTIFACT_MISSING when two tarballs are equally new, or when a path without `{version}` tells no version
 */
export async function newestArtifact({
  topologyDir,
  artifacts,
  release,
  releases,
}: FindNewest): Promise<Newest | null> {
  const { artifact } = release
  if (artifact !== null && !artifact.includes(VERSION)) return onlyFile(release, besideTopology(topologyDir, artifact))
  const patterns = patternsOf(release, artifacts)
  const isOurs = artifact === null ? ownVersion(release.release, releases) : () => true
  const found = new Map<string, Tarball>()
  for (const pattern of patterns) {
    for (const tarball of await tarballs(besideTopology(topologyDir, pattern))) {
      if (isOurs(tarball.version) && !found.has(tarball.version)) found.set(tarball.version, tarball)
    }
  }
  const [newest, next] = [...found.values()].sort((a, b) => b.modifiedMs - a.modifiedMs)
  if (newest === undefined) return null
  if (next?.modifiedMs === newest.modifiedMs) throw sameAge(release.release, newest, next)
  return { version: newest.version, file: newest.file, among: found.size }
}

/** That `newestArtifact` found nothing, with each place looked at. */
export function noArtifact({ topologyDir, artifacts, release }: Omit<FindNewest, 'releases'>): Cul8erError {
  const looked = patternsOf(release, artifacts).map((pattern) => besideTopology(topologyDir, pattern))
  return new Cul8erError(
    'ARTIFACT_MISSING',
    `no artifact of any version of ${release.release}: looked for ${looked.join(' and ')}`,
    { hint: 'Build the release, or set `artifacts` or `deploy.artifact`.', details: { looked } },
  )
}

const VERSION = '{version}'

const patternsOf = ({ release, artifact }: FindNewest['release'], folders: readonly string[]): string[] =>
  artifact === null ? folders.map((folder) => join(folder, `${release}-${VERSION}.tar.gz`)) : [artifact]

interface Tarball {
  version: string
  file: string
  modifiedMs: number
}

/** Files that the pattern names, the first part of the path with `{version}` in it standing for every version. */
async function tarballs(pattern: string): Promise<Tarball[]> {
  const parts = pattern.split('/')
  const at = parts.findIndex((part) => part.includes(VERSION))
  const folder = parts.slice(0, at).join('/') || '/'
  const [before = '', after = ''] = (parts[at] ?? '').split(VERSION)
  const names = await readdir(folder).catch(() => [])
  const versions = names
    .filter((name) => name.startsWith(before) && name.length > before.length)
    .map((name) => name.slice(before.length, after === '' ? undefined : -after.length))
    .filter((version) => RELEASE_VERSION.test(version))
  const found = versions.map(async (version): Promise<Tarball[]> => {
    const file = pattern.replaceAll(VERSION, version)
    const status = await stat(file).catch(() => null)
    return status?.isFile() ? [{ version, file, modifiedMs: status.mtimeMs }] : []
  })
  return (await Promise.all(found)).flat()
}

/** `admin-1.0.0` is no version of `app` but 1.0.0 of `app-admin`, whether or not the topology has it. */
function ownVersion(release: string, releases: readonly string[]): (version: string) => boolean {
  const longer = releases.filter((other) => other.startsWith(`${release}-`))
  return (version) =>
    !longer.some((other) => `${release}-${version}`.startsWith(`${other}-`)) && !/^(?!v?\d).*-v?\d/.test(version)
}

function onlyFile({ release }: Pick<Release, 'release'>, file: string): Newest {
  const name = basename(file).replace(/\.(tar\.gz|tgz)$/, '')
  const version = name.startsWith(`${release}-`) ? name.slice(release.length + 1) : ''
  if (RELEASE_VERSION.test(version)) return { version, file, among: 1 }
  throw new Cul8erError('ARTIFACT_MISSING', `cannot tell the version of ${release} from the name of ${file}`, {
    hint: `set \`deploy.version\`, give --version, or put {version} into the path, such as ${join(dirname(file), `${release}-{version}.tar.gz`)}`,
    details: { looked: [file] },
  })
}

function sameAge(release: string, ...[first, second]: [Tarball, Tarball]): Cul8erError {
  const [a, b] = [first, second].sort((left, right) => left.file.localeCompare(right.file)) as [Tarball, Tarball]
  return new Cul8erError(
    'ARTIFACT_MISSING',
    `cannot tell which version of ${release} is the newest: ${a.file} and ${b.file} have the same age`,
    {
      hint: `choose one: --version ${b.version}, or \`deploy.version\``,
      details: { looked: [a.file, b.file] },
    },
  )
}
