import { Cul8erError } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import { getInstance } from '../incus/index.js'
import { observeOne } from './observe.js'
import type { ObservedInstance } from '../plan/model.js'
import { poll } from '../waiting/poll.js'

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
 * For about half a second after a start that failed Incus 6.0.4 takes the container for running and finds no process of it:
 * `Invalid PID '\ufffd'`. A look that ends so, or at an instance that comes or goes, says nothing about it, and is repeated, ms.
 */
const ENDING = { everyMs: 200, withinMs: 5_000 } as const
const isEnding = (error: unknown): boolean =>
  error instanceof Cul8erError && error.code === 'INCUS' && error.message.startsWith('Invalid PID')

/**
 * One instance as the host shows it; null: there is none of that name.
 * @throws Cul8erError as the executor does; the signal's reason
 */
export async function lookAt(
  executor: HostExecutor,
  { host, name, project }: Place,
  signal?: AbortSignal,
): Promise<ObservedInstance | null> {
  let ending: unknown = new Cul8erError('INCUS', `instance ${name} on ${host} is being made or deleted`)
  const look = async (): Promise<{ seen: ObservedInstance | null } | undefined> => {
    try {
      const { stdout } = await executor.run(getInstance(name, { project }), { signal, timeoutMs: LOOK_MS })
      const seen = observeOne(host, stdout)
      return seen === undefined ? undefined : { seen }
    } catch (error) {
      if (error instanceof Cul8erError && error.code === 'NOT_FOUND') return { seen: null }
      if (!isEnding(error)) throw error
      ending = error
      return undefined
    }
  }
  const found = await poll(look, { ...ENDING, signal })
  if (found === undefined) throw ending
  return found.seen
}
