import { newestArtifact, noArtifact } from '../artifacts/newest.js'
import type { Revision } from '../plan/model.js'
import type { Release, Topology } from '../topology/model.js'

/**
 * The topology with a version for every release: where neither file nor command names one, that of the only or newest tarball, or, where
 * no tarball is left, that of the last revision. The revision keeps it, so that a rollback brings back the same.
 * @returns notes for the plan: one for each version that was chosen
 * @throws Cul8erError ARTIFACT_MISSING when there is none, or when two tarballs are equally new
 */
export async function withVersions(
  topology: Topology,
  { directory, known }: { directory: string; known: readonly Revision[] },
): Promise<{ topology: Topology; notes: string[] }> {
  const deploys = Object.entries(topology.resources).flatMap(([name, { deploy }]) =>
    deploy === null || deploy.version !== null ? [] : [{ name, deploy }],
  )
  if (deploys.length === 0) return { topology, notes: [] }
  const choices = new Map<string, Choice>()
  for (const { deploy } of deploys) {
    const key = keyOf(deploy)
    if (!choices.has(key)) choices.set(key, await choose(topology, deploy, { directory, known }))
  }
  const resources = Object.entries(topology.resources).map(([name, resource]) => {
    const { deploy } = resource
    const chosen = deploy?.version === null ? choices.get(keyOf(deploy)) : undefined
    return [
      name,
      deploy === null || chosen === undefined
        ? resource
        : { ...resource, deploy: { ...deploy, version: chosen.version } },
    ]
  })
  return {
    topology: { ...topology, resources: Object.fromEntries(resources) as Topology['resources'] },
    notes: [...choices.values()].map(({ note }) => note),
  }
}

interface Choice {
  version: string
  note: string
}

const keyOf = ({ release, artifact }: Release): string => `${release} ${artifact}`

async function choose(
  topology: Topology,
  deploy: Release,
  { directory, known }: { directory: string; known: readonly Revision[] },
): Promise<Choice> {
  const { release } = deploy
  const releases = Object.values(topology.resources).flatMap((each) => each.deploy?.release ?? [])
  const places = { topologyDir: directory, artifacts: topology.artifacts, release: deploy }
  const newest = await newestArtifact({ ...places, releases })
  if (newest !== null) {
    const { version, file, among } = newest
    const why = among === 1 ? 'the only one' : `the newest of ${among}`
    return { version, note: `${release}: version ${version}, ${why}: ${file}` }
  }
  const version = lastVersion(known, release)
  if (version !== null)
    return { version, note: `${release}: version ${version} as before, since there is no tarball here` }
  throw noArtifact(places)
}

function lastVersion(known: readonly Revision[], release: string): string | null {
  const deploys = known.toReversed().flatMap(({ topology }) => Object.values(topology.resources))
  return deploys.find(({ deploy }) => deploy?.release === release)?.deploy?.version ?? null
}
