import { Cul8erError } from '../errors.js'
import type { SshHost } from '../hosts/ssh/executor.js'
import { nearest } from '../topology/nearest.js'
import type { Context } from './context.js'
import { topologyOfFile } from './topologies.js'

/**
 * The SSH host that a command means: one of the file by its name, or `user@host[:port]`, which needs no file.
 * @throws Cul8erError USAGE for one that the file does not have or that is not reached over SSH; what reading the file throws
 */
export async function hostNamed(context: Context, name: string, topology?: string): Promise<SshHost> {
  if (name.includes('@')) return { name, address: name, key: null, passphrase: null }
  const { hosts } = (await topologyOfFile(context, topology)).topology
  const host = Object.hasOwn(hosts, name) ? hosts[name] : undefined
  const names = Object.keys(hosts)
  if (host === undefined) {
    const near = nearest(name, names)
    throw new Cul8erError('USAGE', `no host is named ${JSON.stringify(name)}; there are ${names.join(', ')}`, {
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    })
  }
  if (host.kind !== 'ssh')
    throw new Cul8erError('USAGE', `host ${name} (${host.address}) is not reached over SSH`, {
      hint: 'only hosts over SSH have host keys',
    })
  const { key, passphrase } = host.credentials?.ssh ?? { key: null }
  return { name, address: host.address, key, passphrase: passphrase ?? null }
}
