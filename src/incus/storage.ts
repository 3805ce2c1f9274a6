import type { IncusCommand } from './command.js'
import { query } from './query.js'

/** Read it with parsePools. */
export const listPools = (): IncusCommand => ({ args: ['storage', 'list', '--format=json'] })

/** Read it with parsePoolResources. */
export const poolResources = (pool: string): IncusCommand =>
  query(`/1.0/storage-pools/${encodeURIComponent(pool)}/resources`)
