import { existsSync } from 'node:fs'
import type { HostLayout, Layout } from './layout.js'
import type { LabPlan } from './options.js'
import { run } from './run.js'

const ip = (...words: string[]): Promise<string> => run('ip', words)
const inside = (netns: string, ...words: string[]): Promise<string> => ip('-n', netns, ...words)

/** The bridge that all are plugged into, and a way out for hosts. */
export async function layLan({ lan, plug, address, table, net }: Layout): Promise<void> {
  await ip('netns', 'add', lan)
  await inside(lan, 'link', 'add', 'lan', 'type', 'bridge')
  await inside(lan, 'link', 'set', 'lan', 'up')
  await ip('link', 'add', plug, 'type', 'veth', 'peer', 'name', 'worker', 'netns', lan)
  await inside(lan, 'link', 'set', 'worker', 'master', 'lan', 'up')
  await ip('address', 'add', `${address}/24`, 'dev', plug)
  await ip('link', 'set', plug, 'up')
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
  const { lan, address, net, hosts } = layout
  await ip('netns', 'add', host.netns)
  await inside(lan, 'link', 'add', host.name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host.netns)
  await inside(lan, 'link', 'set', host.name, 'master', 'lan', 'up')
  await inside(host.netns, 'link', 'set', 'lo', 'up')
  await inside(host.netns, 'address', 'add', `${host.address}/24`, 'dev', 'eth0')
  await inside(host.netns, 'link', 'set', 'eth0', 'up')
  await inside(host.netns, 'route', 'add', 'default', 'via', address)
  if (plan.routed) {
    for (const other of hosts.filter(({ name }) => name !== host.name))
      await inside(host.netns, 'route', 'add', `${other.subnet}.0/24`, 'via', other.address)
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

export async function unplug({ lan }: Pick<Layout, 'lan'>, { name, netns }: HostLayout): Promise<void> {
  // The other end of the cable goes with it.
  if (hasNetns(lan)) await inside(lan, 'link', 'delete', name).catch(unlessMissing)
  if (hasNetns(netns)) await ip('netns', 'delete', netns)
}

/** Whether what the host sends and gets goes through. Its own end of the cable notices. */
export const connect = ({ lan }: Layout, { name }: HostLayout, isOn: boolean): Promise<string> =>
  inside(lan, 'link', 'set', name, isOn ? 'up' : 'down')

export async function removeLan({ lan, plug, table }: Layout): Promise<void> {
  await ip('link', 'delete', plug).catch(unlessMissing)
  if (hasNetns(lan)) await ip('netns', 'delete', lan)
  const tables = await run('nft', ['list', 'tables', 'ip'])
  if (tables.split('\n').includes(`table ip ${table}`)) await run('nft', ['delete', 'table', 'ip', table])
}

const hasNetns = (name: string): boolean => existsSync(`/run/netns/${name}`)

function unlessMissing(error: unknown): void {
  if (!/Cannot find device/.test(String(error))) throw error
}
