import { Cul8erError } from '../errors.js'
import { formatSize, parseSize } from '../topology/units.js'

/** What a release may be once it is unpacked. */
export interface ReleaseLimits {
  mib: number
  /** Files, links and folders. */
  files: number
}

export const RELEASE_LIMITS: ReleaseLimits = { mib: 2048, files: 100_000 }

/**
 * The limits, or what CUL8ER_RELEASE_SIZE and CUL8ER_RELEASE_FILES say instead.
 * @throws Cul8erError USAGE for what is no size or no number
 */
export function releaseLimits(env: NodeJS.ProcessEnv): ReleaseLimits {
  return {
    mib: read(env, 'CUL8ER_RELEASE_SIZE', parseSize, 'a size of at least 1MiB', formatSize(RELEASE_LIMITS.mib)),
    files: read(env, 'CUL8ER_RELEASE_FILES', parseCount, 'a whole number from 1', String(RELEASE_LIMITS.files)),
  }
}

function read(
  env: NodeJS.ProcessEnv,
  name: string,
  parse: (text: string) => number | null,
  wanted: string,
  byDefault: string,
): number {
  const text = env[name] || byDefault
  const value = parse(text)
  if (value !== null && value > 0) return value
  throw new Cul8erError('USAGE', `${name} is ${JSON.stringify(text)}; expected ${wanted}`, {
    hint: `such as '${byDefault}', the default`,
  })
}

const parseCount = (text: string): number | null => (/^\d{1,9}$/.test(text) ? Number(text) : null)
