import { isCode } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import { getInstance, getVolume, parseVolume, type IncusVolume, type VolumeRef } from '../incus/index.js'
import { parseInstance } from '../incus/parse-instances.js'

interface Where {
  project: string | null
}

/** An instance as Incus has it, labels among its configuration; null: there is none of that name. */
export const rawInstance = (
  executor: HostExecutor,
  name: string,
  where: Where,
  signal: AbortSignal,
): Promise<ReturnType<typeof parseInstance> | null> =>
  found(async () => parseInstance((await executor.run(getInstance(name, where), { signal })).stdout))

/** A volume as Incus has it; null: there is none of that name. */
export const rawVolume = (
  executor: HostExecutor,
  volume: VolumeRef,
  where: Where,
  signal: AbortSignal,
): Promise<IncusVolume | null> =>
  found(async () => parseVolume((await executor.run(getVolume(volume, where), { signal })).stdout))

async function found<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look()
  } catch (error) {
    if (isCode(error, 'NOT_FOUND')) return null
    throw error
  }
}
