import type { IncusCommand } from './command.js'
import { query } from './query.js'

/** Every network interface of the host, Incus's own or not; read it with parseNetworks. */
export const hostNetworks = (): IncusCommand => query('/1.0/networks?recursion=1')

/** Read it with parseNetworkAddresses. */
export const networkState = (network: string): IncusCommand =>
  query(`/1.0/networks/${encodeURIComponent(network)}/state`)
