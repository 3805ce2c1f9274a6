import type { Replacement } from './mutations/replacement.js'

/**
 * Limits of size, made so small that a few instances are many: a wide operation runs in slices, which a simulation of hundreds of
 * instances could not afford to look at.
 */
export const NARROW: readonly Replacement[] = [
  { file: 'workflows/strategies/rolling.ts', replace: 'const INLINE_MOST = 120', by: 'const INLINE_MOST = 2' },
  { file: 'workflows/strategies/rolling.ts', replace: 'const LEG_SIZE = 50', by: 'const LEG_SIZE = 4' },
]
