import { Cul8erError } from '../errors.js'
import type { InstanceSpec } from '../plan/model.js'
import { volumeMiB } from '../plan/volumes.js'

/** With more than this an instance that does not start has another reason. */
const LITTLE_MIB = 32

/**
 * Incus only says that a process failed when an instance cannot start in the memory that it may use.
 * @returns the error with that as its hint; null: it is about something else
 */
export function tooLittleMemory(
  error: unknown,
  { config, image }: Pick<InstanceSpec, 'config' | 'image'>,
): Cul8erError | null {
  const limit = config['limits.memory']
  const mib = volumeMiB(limit)
  if (!(error instanceof Cul8erError) || error.code !== 'INCUS' || !/\bforkstart\b/.test(error.message)) return null
  if (mib === null || mib > LITTLE_MIB) return null
  return new Cul8erError('INCUS', error.message, {
    hint: `limits.memory is ${limit}, which may be too little for image ${image} to start: raise it`,
    ...(error.details === undefined ? {} : { details: error.details }),
    cause: error,
  })
}
