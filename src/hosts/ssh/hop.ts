/** One machine that is logged in to: the host, or one of those that are jumped over to it. */
export interface Hop {
  /** As the topology or `ProxyJump` has it: what messages call it. */
  name: string
  /** It is passed through on the way to the host. */
  jump: boolean
  address: string
  port: number
  user: string
  /** Key files by preference. */
  keys: KeyFile[]
  /** Socket of the agent; null: none. */
  agent: string | null
  /** Of the agent's keys those alone that are in `keys`. */
  onlyKeys: boolean
  /** What its host key is filed under; null: its address and port. */
  alias: string | null
  /** Files of known host keys, in the order in which they are asked. */
  knownHosts: string[]
}

/** Where a key is, and who asked for it: one that a person named has to be usable. */
export interface KeyFile {
  path: string
  from: 'topology' | 'config' | 'usual'
}

/** `user@address:port`, as people write it. */
export const shownHop = ({ user, address, port }: Pick<Hop, 'user' | 'address' | 'port'>): string =>
  `${user}@${address.includes(':') ? `[${address}]` : address}${port === 22 ? '' : `:${port}`}`
