import { Cul8erError } from '../errors.js'
import type { SshHost } from '../hosts/ssh/executor.js'
import type { Context } from './context.js'
import { hostCalled } from './hosts-meant.js'
import { topologyOfFile } from './topologies.js'

/**
 * The SSH host that a command means: one of the file by its name, or `user@host[:port]`, which needs no file.
 * @throws Cul8erError USAGE for one that the file does not have or that is not reached over SSH; what reading the file throws
 */
export async function hostNamed(context: Context, name: string, topology?: string): Promise<SshHost> {
  if (name.includes('@')) return { name, address: name, key: null, passphrase: null }
  const host = hostCalled(name, (await topologyOfFile(context, topology)).topology.hosts)
  if (host.kind !== 'ssh')
    throw new Cul8erError('USAGE', `host ${name} (${host.address}) is not reached over SSH`, {
      hint: 'only hosts over SSH have host keys',
    })
  const { key, passphrase } = host.credentials?.ssh ?? { key: null }
  return { name, address: host.address, key, passphrase: passphrase ?? null }
}
