import type { IncusCommand } from './command.js'
import { assignments, operands } from './words.js'
import { query } from './query.js'

/** Read it with parsePools. */
export const listPools = (): IncusCommand => ({ args: ['storage', 'list', '--format=json'] })

/** Read it with parsePoolResources. */
export const poolResources = (pool: string): IncusCommand =>
  query(`/1.0/storage-pools/${encodeURIComponent(pool)}/resources`)

export const createPool = (pool: string, driver: string, config: Record<string, string> = {}): IncusCommand => ({
  args: ['storage', 'create', ...operands(pool, driver, ...assignments(config))],
})

export const deletePool = (pool: string): IncusCommand => ({ args: ['storage', 'delete', ...operands(pool)] })
