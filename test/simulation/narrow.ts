import type { Replacement } from './mutations/replacement.js'

/**
 * Limits of size, made so small that a few instances are many: a wide operation runs in slices, which a simulation of hundreds of
 * instances could not afford to look at.
 */
export const NARROW: readonly Replacement[] = [
  { file: 'src/steps/slices.ts', replace: 'const INLINE_MOST = 120', by: 'const INLINE_MOST = 2' },
  { file: 'src/steps/slices.ts', replace: 'const SLICE_LANES = 50', by: 'const SLICE_LANES = 2' },
]
