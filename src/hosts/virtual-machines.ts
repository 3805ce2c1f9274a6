import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { Cul8erError } from '../errors.js'
import { parseServer, serverInfo } from '../incus/index.js'
import type { HostExecutor } from './executor.js'

/**
 * What a host lacks to run virtual machines, in the words of `doctor`, `validate` and `plan`; null: nothing. Its Incus decides.
 * @throws Cul8erError as an executor's run does
 */
export async function lacksForVms(
  executor: HostExecutor,
  { local, signal }: { local: boolean; signal?: AbortSignal },
): Promise<string | null> {
  const { stdout } = await executor.run(serverInfo(), { signal })
  if (parseServer(stdout).vms) return null
  return vmsLack(local ? await missingDevices() : [])
}

/** @param missing - devices of the kernel; none where they cannot be looked at */
export const vmsLack = (missing: readonly string[]): string =>
  missing.length > 0 ? `no ${missing.join(' and no ')}` : 'its Incus does not have the driver qemu'

/** @param what - a host, as a sentence begins with it */
export const cannotRunVms = (what: string, lack: string): string => `${what} cannot run virtual machines: ${lack}`

export const VM_HINT = 'use type container, or a host with KVM (its Incus lists the driver qemu)'

/** For instances of type vm on a host that cannot run them. */
export const vmUnsupported = (host: string, lack: string, instances: readonly string[]): Cul8erError =>
  new Cul8erError('VM_UNSUPPORTED', `${cannotRunVms(`host ${host}`, lack)} (${instances.join(', ')})`, {
    hint: VM_HINT,
    details: { host, lack },
  })

/** What QEMU needs of the kernel and this machine does not have, or not for this user. */
async function missingDevices(): Promise<string[]> {
  const found = await Promise.all(
    DEVICES.map((device) =>
      access(device, constants.F_OK).then(
        () => [],
        () => [device],
      ),
    ),
  )
  return found.flat()
}

const DEVICES = ['/dev/kvm', '/dev/vhost-vsock']
