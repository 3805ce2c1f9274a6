import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { Cul8erError } from '../errors.js'

/**
 * A file that a command is to read on its standard input can be read.
 * @throws Cul8erError ARTIFACT_MISSING
 */
export async function readable(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new Cul8erError('ARTIFACT_MISSING', `${path} cannot be read`, { cause })
  })
}
