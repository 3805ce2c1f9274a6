import { BlockList, isIPv4 } from 'node:net'

/** An address with the length of its network's prefix. */
interface Cidr {
  address: string
  length: number
}

/** `10.85.0.1/24`; null for what is none, or too small or too large for instances. */
export function readSubnet(text: string): Cidr | null {
  const [address = '', length = ''] = text.split('/')
  if (!isIPv4(address) || !/^\d{1,2}$/.test(length)) return null
  const bits = Number(length)
  return bits >= 8 && bits <= 28 ? { address, length: bits } : null
}

/** Whether two networks have an address in common; what is no IPv4 network has none. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [cidrOf(one), cidrOf(other)]
  if (a === null || b === null) return false
  // The larger one holds the smaller one or nothing of it.
  const [large, small] = a.length <= b.length ? [a, b] : [b, a]
  const list = new BlockList()
  list.addSubnet(large.address, large.length)
  return list.check(small.address)
}

function cidrOf(text: string): Cidr | null {
  const [address = '', length = '32'] = text.split('/')
  return isIPv4(address) && /^\d{1,2}$/.test(length) && Number(length) <= 32
    ? { address, length: Number(length) }
    : null
}

/**
 * The first network for instances that overlaps with none that are taken, beginning at a place of its own: hosts that are set up at the
 * same time do not see each other's yet. null: there is none.
 */
export function freeSubnet(taken: readonly string[], place: number): string | null {
  for (let i = 0; i < CANDIDATES; i += 1) {
    const subnet = `10.${FIRST + ((place + i) % CANDIDATES)}.0.1/24`
    if (!taken.some((each) => overlap(subnet, each))) return subnet
  }
  return null
}

/** 10.118.0.0/24, 10.119.0.0/24 and so on: seldom somebody's own. */
const FIRST = 118
const CANDIDATES = 100
