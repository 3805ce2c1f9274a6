import { existsSync } from 'node:fs'
import type { HostLayout, Layout } from './layout.js'
import type { LabPlan } from './options.js'
import { run } from './run.js'

const ip = (...words: string[]): Promise<string> => run('ip', words)
const inside = ({ netns }: HostLayout, ...words: string[]): Promise<string> => run('ip', ['-n', netns, ...words])

/** The bridge that hosts are plugged into, and a way out for them. */
export async function layBridge({ bridge, address, table, net }: Layout): Promise<void> {
  await ip('link', 'add', bridge, 'type', 'bridge')
  await ip('address', 'add', `${address}/24`, 'dev', bridge)
  await ip('link', 'set', bridge, 'up')
  const rules = `table ip ${table} {
    chain out {
      type nat hook postrouting priority srcnat;
      ip saddr ${net}.0.0/16 ip daddr != ${net}.0.0/16 masquerade
    }
  }`
  await run('nft', ['-f', '-'], { input: rules })
}

/** A network of the host's own, plugged into the bridge. It goes with `unplug`, as the memory of a machine does. */
export async function plugIn(layout: Layout, host: HostLayout, plan: LabPlan): Promise<void> {
  const { bridge, address, net, hosts } = layout
  await ip('netns', 'add', host.netns)
  await ip('link', 'add', host.cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host.netns)
  await ip('link', 'set', host.cable, 'master', bridge, 'up')
  await inside(host, 'link', 'set', 'lo', 'up')
  await inside(host, 'address', 'add', `${host.address}/24`, 'dev', 'eth0')
  await inside(host, 'link', 'set', 'eth0', 'up')
  await inside(host, 'route', 'add', 'default', 'via', address)
  if (plan.routed) {
    for (const other of hosts.filter(({ name }) => name !== host.name))
      await inside(host, 'route', 'add', `${other.subnet}.0/24`, 'via', other.address)
    // Incus's own NAT would hide an instance from those on other hosts. To this machine it stays hidden, unless there is a way back.
    const first = plan.reachInstances ? 1 : 2
    const rules = `table ip lab {
      chain out {
        type nat hook postrouting priority srcnat;
        ip saddr ${host.subnet}.0/24 ip daddr != ${net}.0.${first}-${net}.255.255 masquerade
      }
    }`
    await run('ip', ['netns', 'exec', host.netns, 'nft', '-f', '-'], { input: rules })
  }
  if (plan.reachInstances) await ip('route', 'replace', `${host.subnet}.0/24`, 'via', host.address)
}

export async function unplug({ netns, cable }: Pick<HostLayout, 'netns' | 'cable'>): Promise<void> {
  if (hasInterface(cable)) await ip('link', 'delete', cable)
  if (existsSync(`/run/netns/${netns}`)) await ip('netns', 'delete', netns)
}

/** Whether what the host sends and gets goes through. Its own end of the cable notices. */
export const connect = ({ cable }: HostLayout, isOn: boolean): Promise<string> =>
  ip('link', 'set', cable, isOn ? 'up' : 'down')

export async function removeBridge({ bridge, table }: Pick<Layout, 'bridge' | 'table'>): Promise<void> {
  if (hasInterface(bridge)) await ip('link', 'delete', bridge)
  const tables = await run('nft', ['list', 'tables', 'ip'])
  if (tables.split('\n').includes(`table ip ${table}`)) await run('nft', ['delete', 'table', 'ip', table])
}

const hasInterface = (name: string): boolean => existsSync(`/sys/class/net/${name}`)
