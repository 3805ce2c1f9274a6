import type { OsRelease } from '../os-release.js'
import { arch } from './arch.js'
import { debian } from './debian.js'
import type { Distribution } from './distribution.js'
import { ubuntu } from './ubuntu.js'

/** Distributions that hosts can be set up with. */
export const DISTRIBUTIONS: readonly Distribution[] = [debian, ubuntu, arch]

export const distributionOf = (os: OsRelease): Distribution | null =>
  DISTRIBUTIONS.find((each) => each.recognises(os)) ?? null
