import { Cul8erError } from '../../errors.js'
import type { HostExecutor } from '../../hosts/executor.js'
import {
  addDevice,
  hostNetworks,
  hostWarnings,
  networkState,
  overrideDevice,
  parseNetworkAddresses,
  parseNetworks,
  parseWarnings,
  removeDevice,
} from '../../incus/index.js'
import type { ObservedInstance } from '../../plan/model.js'
import { DEVICE, type Direct } from './direct-devices.js'

/**
 * Whether and how the kernel can send connections on to the edge. Its instance keeps its address from then on.
 *
 * @param seen - the edge's instance, as it is now
 * @returns null: clients have to take the way of the devices that listen anywhere
 * @throws Cul8erError as the executor does; not what Incus refuses
 */
export async function findDirect(executor: HostExecutor, seen: ObservedInstance): Promise<Direct | null> {
  const [address = ''] = seen.addresses
  const kept = seen.devices[NIC]?.['ipv4.address']
  if (kept === undefined && !(await accepts(executor, overrideDevice(seen.name, NIC, { 'ipv4.address': address }))))
    return null
  const hasSome = Object.entries(seen.devices).some(([name, { nat }]) => name.startsWith(DEVICE) && nat === 'true')
  if (!hasSome && !(await tryOut(executor, seen.name, kept ?? address))) return null
  if (await isShutToNeighbours(executor, seen.name)) return null
  return { own: kept ?? address, addresses: await addressesOf(executor) }
}

const NIC = 'eth0'

/**
 * Incus says with a warning that other instances of the bridge will not get through, but only when it opens such a device. So one is
 * opened, for a moment, on an address that nobody has (TEST-NET-1 of RFC 5737).
 */
async function tryOut(executor: HostExecutor, name: string, own: string): Promise<boolean> {
  const device = `${DEVICE}trial`
  const keys = { type: 'proxy', nat: 'true', listen: 'tcp:192.0.2.255:9', connect: `tcp:${own}:9` }
  if (!(await accepts(executor, addDevice(name, device, keys)))) return false
  await accepts(executor, removeDevice(name, device))
  return true
}

async function isShutToNeighbours(executor: HostExecutor, name: string): Promise<boolean> {
  const { stdout } = await executor.run(hostWarnings())
  return parseWarnings(stdout).some(
    ({ type, entity, status }) =>
      type === 'Proxy bridge netfilter not enabled' && status !== 'resolved' && entity === `/1.0/instances/${name}`,
  )
}

/** Those of Incus's own networks are not among them: only its instances know them. */
async function addressesOf(executor: HostExecutor): Promise<string[]> {
  const { stdout } = await executor.run(hostNetworks())
  const outward = parseNetworks(stdout).filter(({ managed, type }) => !managed && type !== 'loopback')
  const states = await Promise.all(
    outward.map(({ name }) =>
      // One may go while it is asked for.
      executor.run(networkState(name)).then(
        (answer) => parseNetworkAddresses(answer.stdout),
        (error: unknown) => {
          if (error instanceof Cul8erError && error.code === 'NOT_FOUND') return []
          throw error
        },
      ),
    ),
  )
  return states.flat()
}

/** false: Incus refuses, or somebody else was first; either is an answer. */
export async function accepts(executor: HostExecutor, command: Parameters<HostExecutor['run']>[0]): Promise<boolean> {
  try {
    await executor.run(command)
    return true
  } catch (error) {
    if (error instanceof Cul8erError && ANSWERS.has(error.code)) return error.code === 'ALREADY_EXISTS'
    throw error
  }
}

const ANSWERS = new Set(['INCUS', 'IN_USE', 'ALREADY_EXISTS', 'NOT_FOUND'])
