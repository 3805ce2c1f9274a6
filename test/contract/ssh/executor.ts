import { join } from 'node:path'
import { createSshExecutor, type SshHost, type SshSettings } from '../../../src/hosts/ssh/executor.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import type { Sshd } from '../../support/sshd.js'

/** What a test says of a host besides. */
export type More = Partial<SshHost> & Partial<SshSettings>

/** The host `web` behind a test's SSH server, with the home that came with the server and nothing of this machine's. */
export function overSsh(sshd: Sshd, { address, key, passphrase, ...settings }: More = {}): HostExecutor {
  return createSshExecutor(
    { name: 'web', address: address ?? sshd.address, key: key ?? null, passphrase: passphrase ?? null },
    {
      home: sshd.home,
      knownHosts: join(sshd.home, 'own_known_hosts'),
      systemConfig: join(sshd.home, 'none'),
      env: {},
      ...settings,
    },
  )
}
