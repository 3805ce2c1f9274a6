import type { InstanceSpec } from '../src/plan/model.js'
import { secretSource } from '../src/secrets/sources/sources.js'
import { secretContext, secretDigest } from '../src/secrets/seal.js'
import { Cul8erError } from '../src/errors.js'
import { KnownValues } from '../src/secrets/known-values.js'
import { instanceSecrets } from '../src/secrets/topology-secrets.js'
import type { ActivityDeps } from './deps.js'

/** What this worker has opened or resolved, whichever activity did: an app may print it in another. */
const known = new KnownValues()

/** What an app, a host or a command said, with `***` in place of every secret that this worker knows. */
export const maskedText = (text: string): string => known.masked(text)

/** From now on the value is masked in whatever comes back. @param place - what it is for */
export const rememberSecret = (place: string, value: string): void => known.remember(place, value)

/** The clear secrets of an instance, opened or resolved at the last moment. They stay inside the activity that asks. */
export async function openSecrets(spec: Holder, keys: Keys, signal: AbortSignal): Promise<Map<string, string>> {
  const values = await instanceSecrets(spec, keys.sealKey, { env: process.env, signal, formerKeys: keys.formerKeys })
  for (const [name, value] of values) known.remember(secretContext(spec.topology, spec.resource, name), value)
  return values
}

type Keys = Pick<ActivityDeps, 'sealKey' | 'formerKeys'>
type Holder = Pick<InstanceSpec, 'topology' | 'resource' | 'secrets'>

/**
 * Makes known what an instance's app may print, before its output is read: sealed secrets are opened, files read. A command is not run
 * for this: what it prints is known to the worker that placed it, for as long as that lives; the output that another worker reads, or
 * the same one after a restart, is not masked for it. What cannot be opened is left out: output goes with an error that matters more.
 */
export async function knowSecrets(spec: Holder, keys: Keys, signal: AbortSignal): Promise<void> {
  const cheap = spec.secrets.filter(
    ({ ref, sealed }) => sealed !== null || secretSource(ref.from).runsSomething !== true,
  )
  await Promise.all(
    cheap.map((secret) => openSecrets({ ...spec, secrets: [secret] }, keys, signal).catch(() => undefined)),
  )
}

/** Names of things that workflows look up by: they are never what an app said. */
const NAMES = new Set(['instance', 'host', 'topology', 'resource', 'workflowId', 'operation', 'code'])

/** An error as it leaves a worker, for histories, answers and logs. */
export function maskedError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const cause = error.cause === undefined ? {} : { cause: maskedError(error.cause) }
  const copy =
    error instanceof Cul8erError
      ? new Cul8erError(error.code, maskedText(error.message), {
          ...(error.hint === undefined ? {} : { hint: maskedText(error.hint) }),
          ...(error.details === undefined ? {} : { details: maskedDeep(error.details) as Record<string, unknown> }),
          ...cause,
          final: error.final,
        })
      : Object.assign(new Error(maskedText(error.message), cause), { name: error.name })
  copy.stack = maskedText(error.stack ?? '')
  return copy
}

function maskedDeep(value: unknown): unknown {
  if (typeof value === 'string') return maskedText(value)
  if (Array.isArray(value)) return value.map(maskedDeep)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, NAMES.has(key) ? inner : maskedDeep(inner)]),
  )
}

/** Keyed digests by environment name: what labels may say of secrets. */
export async function secretDigests(spec: InstanceSpec, keys: Keys, signal: AbortSignal): Promise<Map<string, string>> {
  const sealed = spec.secrets.flatMap(({ name, sealed: box }) => (box === null ? [] : [[name, box.digest] as const]))
  const open = spec.secrets.filter((secret) => secret.sealed === null)
  const values = await openSecrets({ ...spec, secrets: open }, keys, signal)
  const resolved = [...values].map(
    ([name, value]) =>
      [name, secretDigest(value, keys.sealKey, secretContext(spec.topology, spec.resource, name))] as const,
  )
  return new Map([...sealed, ...resolved])
}
