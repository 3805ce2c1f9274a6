import { Cul8erError } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import { getInstance } from '../incus/index.js'
import { observeOne } from './observe.js'
import type { ObservedInstance } from '../plan/model.js'

/** Where an instance is looked for. */
export interface Place {
  /** The host's name in the topology. */
  host: string
  name: string
  project: string | null
}

/** A host that answers slower than this is not well, ms. */
const LOOK_MS = 20_000

/**
 * One instance as the host shows it; null: there is none of that name.
 * @throws Cul8erError as the executor does; the signal's reason
 */
export async function lookAt(
  executor: HostExecutor,
  { host, name, project }: Place,
  signal?: AbortSignal,
): Promise<ObservedInstance | null> {
  try {
    const { stdout } = await executor.run(getInstance(name, { project }), { signal, timeoutMs: LOOK_MS })
    return observeOne(host, stdout)
  } catch (error) {
    if (error instanceof Cul8erError && error.code === 'NOT_FOUND') return null
    throw error
  }
}
