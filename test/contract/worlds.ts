import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Emulator } from '../../src/emulator/emulator.js'
import { createEmulatedExecutor } from '../../src/emulator/executor.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import { createLocalExecutor } from '../../src/hosts/local.js'
import { parseServer, serverInfo } from '../../src/incus/index.js'
import { startSshd } from '../support/sshd.js'
import { overSsh } from './ssh/executor.js'

/** A place where the contract is tried. */
export interface World {
  host: HostExecutor
  /** The same host when it cannot be reached, and for a user who may not. */
  unreachable(): Promise<HostExecutor>
  forbidden(): Promise<HostExecutor>
  close(): Promise<void>
}

/** Incus on this machine: the model that the emulator is held against. */
export async function realWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'cul8er-contract-'))
  const nobody = join(folder, 'incus-as-nobody')
  await writeFile(nobody, '#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups incus "$@"\n')
  await chmod(nobody, 0o755)
  await chmod(folder, 0o777)
  return {
    host: createLocalExecutor({ host: 'here' }),
    unreachable: async () => createLocalExecutor({ host: 'here', env: { INCUS_SOCKET: join(folder, 'none.socket') } }),
    forbidden: async () =>
      createLocalExecutor({ host: 'here', client: nobody, env: { HOME: folder, INCUS_CONF: folder } }),
    close: () => rm(folder, { recursive: true }),
  }
}

/** The same Incus over SSH, by servers of this machine. */
export async function sshWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'cul8er-contract-'))
  await chmod(folder, 0o777)
  const nobody = join(folder, 'incus')
  const path = process.env.PATH ?? '/usr/bin:/bin'
  await writeFile(
    nobody,
    `#!/bin/sh\nPATH=${path} exec setpriv --reuid=65534 --regid=65534 --clear-groups incus "$@"\n`,
  )
  await chmod(nobody, 0o755)
  const noSocket = 'AllowStreamLocalForwarding no'
  const servers = await Promise.all([
    startSshd(),
    startSshd([noSocket, `SetEnv INCUS_SOCKET=${join(folder, 'none.socket')}`]),
    startSshd([noSocket, `SetEnv PATH=${folder}:/usr/bin:/bin HOME=${folder} INCUS_CONF=${folder}`]),
  ])
  const hosts = servers.map((server) => overSsh(server))
  const [host, lost, refused] = hosts as [HostExecutor, HostExecutor, HostExecutor]
  return {
    host,
    unreachable: async () => lost,
    forbidden: async () => refused,
    async close() {
      await Promise.all(hosts.map((each) => each.close()))
      await Promise.all(servers.map((server) => server.close()))
      await rm(folder, { recursive: true })
    },
  }
}

/** An emulated host with the hardware of this one. */
export async function emulatedWorld(): Promise<World> {
  const emulator = await Emulator.open()
  const { vms } = parseServer((await createLocalExecutor({ host: 'here' }).run(serverInfo())).stdout)
  await emulator.setHardware({ vms })
  const host = createEmulatedExecutor({ host: 'here', emulation: emulator })
  const failing = async (fault: 'refuse' | { error: string }): Promise<HostExecutor> => {
    emulator.fault({ fault })
    return host
  }
  return {
    host,
    unreachable: () => failing('refuse'),
    forbidden: () =>
      failing({
        error:
          "You don't have the needed permissions to talk to the incus daemon (socket path: /var/lib/incus/unix.socket)",
      }),
    close: () => emulator.close(),
  }
}
