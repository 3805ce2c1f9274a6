import type { InstanceSpec } from '../src/plan/model.js'
import { secretContext, secretDigest } from '../src/secrets/seal.js'
import { instanceSecrets } from '../src/secrets/topology-secrets.js'

/** The clear secrets of an instance, opened or resolved at the last moment. They stay inside the activity that asks. */
export const openSecrets = (spec: InstanceSpec, key: Uint8Array, signal: AbortSignal): Promise<Map<string, string>> =>
  instanceSecrets(spec, key, { env: process.env, signal })

/** Keyed digests by environment name: what labels may say of secrets. */
export async function secretDigests(
  spec: InstanceSpec,
  key: Uint8Array,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const sealed = spec.secrets.flatMap(({ name, sealed: box }) => (box === null ? [] : [[name, box.digest] as const]))
  const open = spec.secrets.filter((secret) => secret.sealed === null)
  const values = await openSecrets({ ...spec, secrets: open }, key, signal)
  const resolved = [...values].map(
    ([name, value]) => [name, secretDigest(value, key, secretContext(spec.topology, spec.resource, name))] as const,
  )
  return new Map([...sealed, ...resolved])
}
