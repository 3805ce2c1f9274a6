import { join } from 'node:path'
import { readOverSocket } from '../../../src/hosts/socket.js'
import { poll } from '../../../src/waiting/poll.js'
import type { LabImage } from './images.js'
import type { HostLayout } from './layout.js'
import type { LabPlan } from './options.js'
import { run } from './run.js'

/** The socket of a host's Incus. It is a file, so this machine reaches it whatever becomes of the host's network. */
const socketOf = ({ folder }: HostLayout): string => join(folder, 'var/lib/incus/unix.socket')

/** Runs the Incus client against a host, past its network. */
export const incus = (host: HostLayout, args: readonly string[], input?: string): Promise<string> =>
  run('incus', args, {
    env: { INCUS_SOCKET: socketOf(host), INCUS_REMOTE: 'local', INCUS_PROJECT: 'default' },
    ...(input === undefined ? {} : { input }),
  })

/** Waits until a host's Incus is ready, and has started the instances that ran before. */
export async function incusIsReady(host: HostLayout, withinMs: number): Promise<boolean> {
  const look = async (): Promise<true | undefined> => {
    const limits = { verb: 'query', timeoutMs: withinMs, maxOutputBytes: 100_000 }
    const answer = await readOverSocket({ socketPath: socketOf(host) }, '/internal/ready', limits)
    return answer?.exitCode === 0 ? true : undefined
  }
  return (await poll(look, { everyMs: 50, withinMs })) ?? false
}

/** Pool, bridge, profile and images, as `cul8er hosts setup` and a person would leave them. */
export async function setUpIncus(host: HostLayout, plan: LabPlan, images: readonly LabImage[]): Promise<void> {
  await incus(host, ['admin', 'init', '--preseed'], preseed(host, plan))
  for (const { alias, file, properties } of images) {
    const words = Object.entries(properties).map(([key, value]) => `${key}=${value}`)
    await incus(host, ['image', 'import', file, ...words, '--alias', alias, '--quiet'])
  }
}

const preseed = ({ subnet, address }: HostLayout, { storage, routed, https }: LabPlan): string =>
  JSON.stringify({
    config: https ? { 'core.https_address': `${address}:8443` } : {},
    networks: [
      {
        name: 'incusbr0',
        type: 'bridge',
        config: { 'ipv4.address': `${subnet}.1/24`, 'ipv4.nat': String(!routed), 'ipv6.address': 'none' },
      },
    ],
    storage_pools: [{ name: 'default', driver: storage, config: storage === 'btrfs' ? { size: '5GiB' } : {} }],
    profiles: [
      {
        name: 'default',
        devices: {
          root: { path: '/', pool: 'default', type: 'disk' },
          eth0: { name: 'eth0', network: 'incusbr0', type: 'nic' },
        },
      },
    ],
  })
