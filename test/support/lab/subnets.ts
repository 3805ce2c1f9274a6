import { BlockList } from 'node:net'
import { run } from './run.js'

/** Networks that labs take, 10.N.0.0/16: below those that the set-up gives to Incus. */
const CANDIDATES = Array.from({ length: 50 }, (_, i) => `10.${64 + i}`)

/**
 * Takes a network that nothing on this machine has, by a route that says so: the kernel lets only one have it. What of it the lab does
 * not answer for is unreachable, instead of being sent to the outside.
 * @returns its first two numbers
 */
export async function takeNet(): Promise<string> {
  const routes = JSON.parse(await run('ip', ['-4', '-json', 'route', 'show', 'table', 'all'])) as { dst: string }[]
  for (const net of CANDIDATES.filter((each) => !overlaps(each, routes))) {
    const isTaken = await run('ip', ['route', 'add', 'unreachable', `${net}.0.0/16`]).then(
      () => false,
      (error: unknown) => /File exists/.test(String(error)) || Promise.reject(error as Error),
    )
    if (!isTaken) return net
  }
  throw new Error('no network of 10.64.0.0/16 to 10.113.0.0/16 is free on this machine')
}

export async function giveNetBack(net: string): Promise<void> {
  const taken = await run('ip', ['-4', 'route', 'show', 'type', 'unreachable', 'exact', `${net}.0.0/16`])
  if (taken !== '') await run('ip', ['route', 'delete', 'unreachable', `${net}.0.0/16`])
}

function overlaps(net: string, routes: readonly { dst: string }[]): boolean {
  const own = new BlockList()
  own.addSubnet(`${net}.0.0`, 16)
  return routes.some(({ dst }) => {
    const [address = '', length = '32'] = dst.split('/')
    // A default route leads everywhere and is in nobody's way.
    if (!/^\d/.test(address)) return false
    const theirs = new BlockList()
    theirs.addSubnet(address, Number(length))
    return own.check(address) || theirs.check(`${net}.0.0`)
  })
}
