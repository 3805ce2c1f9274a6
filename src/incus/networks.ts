import type { IncusCommand } from './command.js'
import { query } from './query.js'
import { assignments, inProject, operands, type Where } from './words.js'

/** Read it with parseNetworks. */
export const listNetworks = (where: Where = {}): IncusCommand => ({
  args: ['network', 'list', '--format=json', ...inProject(where)],
})

export const networkState = (network: string): IncusCommand =>
  query(`/1.0/networks/${encodeURIComponent(network)}/state`)

export const createNetwork = (
  network: string,
  config: Record<string, string> = {},
  where: Where = {},
): IncusCommand => ({
  args: ['network', 'create', ...inProject(where), ...operands(network, ...assignments(config))],
})

export const deleteNetwork = (network: string, where: Where = {}): IncusCommand => ({
  args: ['network', 'delete', ...inProject(where), ...operands(network)],
})
