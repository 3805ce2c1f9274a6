import { expandHome } from '../../../files/paths.js'
import { readRegular, Unreadable } from '../../../files/read-regular.js'
import { SECRET_LIMIT_BYTES, unresolved, withoutLineEnd, type Resolver } from '../resolver.js'

/** The path is looked up on the machine of the worker. */
export const fromFile: Resolver = async (key, name) => {
  const path = expandHome(key)
  const bytes = await readRegular(path, SECRET_LIMIT_BYTES).catch((error: unknown) => {
    if (!(error instanceof Unreadable)) throw error
    throw unresolved(name, `the file ${path} ${error.message}`, 'The path is looked up on the machine of the worker.')
  })
  return withoutLineEnd(bytes.toString('utf8'))
}
