import { checkTarball } from '../artifacts/check.js'
import { findArtifact } from '../artifacts/find.js'
import { releaseLimits } from '../artifacts/limits.js'
import type { ArtifactStore } from '../artifacts/store.js'
import { sealCertificates } from '../certificates/seal.js'
import { Cul8erError } from '../errors.js'
import { digestOf } from '../plan/digest.js'
import type { Artifact, Revision, Sealed } from '../plan/model.js'
import { notExported, sealSystemSecrets } from '../secrets/topology-secrets.js'
import type { Release, Topology } from '../topology/model.js'
import { unsupported } from '../topology/unsupported.js'

export type NewRevision = Omit<Revision, 'number'>

export interface RevisionSources {
  /** Folder that the paths of artifacts and certificates are relative to. */
  directory: string
  env: NodeJS.ProcessEnv
  store: ArtifactStore
  sealKey: Uint8Array
  /** Kept revisions, newest last: what is not here any more may still be known. */
  known: Revision[]
  now?: Date
}

/**
 * Everything that a deploy of the topology needs, now and in a rollback weeks later. Its releases have their versions (`withVersions`).
 * @throws Cul8erError NOT_SUPPORTED_YET, ARTIFACT_MISSING, ARTIFACT_BROKEN, SECRET_UNRESOLVED, INVALID_TOPOLOGY for certificates
 */
export async function buildRevision(topology: Topology, sources: RevisionSources): Promise<NewRevision> {
  refuseUnsupported(topology)
  const sealed = sealSecrets(topology, sources)
  const now = sources.now ?? new Date()
  const certificates = await sealCertificates(topology, { ...sources, now })
  const artifacts = await collectArtifacts(topology, sources)
  return {
    digest: revisionDigest({ topology, artifacts, sealed, certificates }),
    topology,
    artifacts,
    sealed,
    ...(Object.keys(certificates).length === 0 ? {} : { certificates }),
    createdAt: now.toISOString(),
  }
}

/** Equal for the same declaration with the same artifacts, secrets and certificates, however often they are sealed. */
export function revisionDigest({
  topology,
  artifacts,
  sealed,
  certificates = {},
}: Pick<Revision, 'topology' | 'artifacts' | 'sealed' | 'certificates'>): string {
  const pairs = Object.entries(certificates).map(([key, own]) => [key, own.sealed.digest])
  return digestOf({
    topology,
    artifacts,
    secrets: Object.fromEntries(Object.entries(sealed).map(([key, { digest }]) => [key, digest])),
    // Without one the digest is that of a revision from before certificates were sealed.
    ...(pairs.length === 0 ? {} : { certificates: Object.fromEntries(pairs) as Record<string, string> }),
  })
}

function refuseUnsupported(topology: Topology): void {
  const all = unsupported(topology)
  if (all.length === 0) return
  throw new Cul8erError(
    'NOT_SUPPORTED_YET',
    `${topology.name} uses features that are not supported yet: ${all.map(({ path, what }) => `${path}: ${what}`).join('; ')}`,
    { details: { unsupported: all } },
  )
}

async function collectArtifacts(topology: Topology, sources: RevisionSources): Promise<Record<string, Artifact>> {
  const releases = new Map(
    Object.values(topology.resources).flatMap(({ deploy }) =>
      deploy === null ? [] : [[keyOf(deploy), deploy] as const],
    ),
  )
  const found: Record<string, Artifact> = {}
  for (const [key, release] of releases) found[key] = await artifactOf(topology, release, sources)
  return found
}

const keyOf = ({ release, version }: Release): string => `${release}@${version}`

async function artifactOf(
  topology: Topology,
  { version, ...release }: Release,
  { directory, env, store, known }: RevisionSources,
): Promise<Artifact> {
  if (version === null) throw new Error(`no version was chosen for ${release.release}`)
  const key = keyOf({ ...release, version })
  let file: string
  try {
    const wanted = { ...release, version }
    file = await findArtifact({ topologyDir: directory, artifacts: topology.artifacts, release: wanted })
  } catch (error) {
    // Whoever names a file means that one.
    if (release.artifact !== null) throw error
    const kept = known.findLast(({ artifacts }) => artifacts[key] !== undefined)?.artifacts[key]
    if (kept !== undefined && (await store.has(kept.sha256))) return kept
    throw error
  }
  await checkTarball(file, { release: release.release, start: release.start, limits: releaseLimits(env) })
  return store.put(file)
}

// What this shell does not hold was sealed before, or is nowhere: a worker has no environment to look in.
function sealSecrets(topology: Topology, { env, sealKey, known }: RevisionSources): Record<string, Sealed> {
  const { sealed, missing } = sealSystemSecrets(topology, env, sealKey)
  const before: Record<string, Sealed> = {}
  const nowhere = missing.filter(({ resource, name }) => {
    const key = `${resource}/${name}`
    const kept = known.findLast(
      (revision) => revision.sealed[key] !== undefined && sameVariable(revision, topology, resource, name),
    )
    const box = kept?.sealed[key]
    if (box !== undefined) before[key] = box
    return box === undefined
  })
  if (nowhere.length > 0) throw notExported(nowhere)
  return { ...sealed, ...before }
}

const sameVariable = (revision: Revision, topology: Topology, resource: string, name: string): boolean =>
  digestOf(revision.topology.resources[resource]?.environment[name] ?? null) ===
  digestOf(topology.resources[resource]?.environment[name] ?? null)
