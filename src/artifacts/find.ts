import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { distance } from 'fastest-levenshtein'
import { Cul8erError } from '../errors.js'
import { besideTopology } from '../files/paths.js'
import type { Release } from '../topology/model.js'

export interface FindArtifact {
  /** The folder of the topology file, which paths are relative to. */
  topologyDir: string
  /** Folders in order; default `./releases`, then `_build/prod`. */
  artifacts?: readonly string[]
  release: Pick<Release, 'release' | 'artifact'> & { version: string }
}

/**
 * The tarball of a release: `artifact` with its version put in, or `<release>-<version>.tar.gz` in the first folder that has it.
 * @throws Cul8erError ARTIFACT_MISSING, which names each place looked at and what is nearest there
 */
export async function findArtifact({
  topologyDir,
  artifacts = ['./releases', '_build/prod'],
  release,
}: FindArtifact): Promise<string> {
  const places =
    release.artifact === null
      ? artifacts.map((folder) => join(folder, `${release.release}-${release.version}.tar.gz`))
      : [release.artifact.replaceAll('{version}', release.version)]
  for (const place of places) {
    const path = besideTopology(topologyDir, place)
    if ((await stat(path).catch(() => null))?.isFile()) return path
  }
  throw await missing({ topologyDir, release, places })
}

async function missing({
  topologyDir,
  release,
  places,
}: Pick<FindArtifact, 'topologyDir' | 'release'> & { places: string[] }): Promise<Cul8erError> {
  const looked = places.map((place) => besideTopology(topologyDir, place))
  const nearest = await nearestFiles(looked)
  return new Cul8erError(
    'ARTIFACT_MISSING',
    `no artifact of ${release.release} ${release.version}: looked for ${looked.join(' and ')}`,
    {
      hint:
        nearest.length === 0
          ? `Build the release, or set \`artifacts\` or \`deploy.artifact\`; there is no tarball in ${folders(looked).join(' or ')}.`
          : `Found ${listed(nearest)}: did you mean another version?`,
      details: { looked, nearest: nearest.slice(0, NEAREST) },
    },
  )
}

const folders = (paths: string[]): string[] => [...new Set(paths.map((path) => dirname(path)))]

async function nearestFiles(wanted: string[]): Promise<string[]> {
  const name = basename(wanted[0] ?? '')
  const lists = folders(wanted).map(async (folder) =>
    (await readdir(folder).catch(() => []))
      .filter((file) => /\.(tar\.gz|tgz)$/.test(file))
      .map((file) => join(folder, file)),
  )
  return (await Promise.all(lists))
    .flat()
    .sort((a, b) => distance(basename(a), name) - distance(basename(b), name) || a.localeCompare(b))
}

function listed(nearest: string[]): string {
  const names = nearest.slice(0, NEAREST).map((path) => basename(path))
  const more = nearest.length - names.length
  return [...names, ...(more === 0 ? [] : [`${more} more`])].join(', ').replace(/, ([^,]*)$/, ' and $1')
}

const NEAREST = 3
