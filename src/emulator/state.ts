import type { Hardware, HostState, InstanceState } from './model.js'

export const DEFAULT_HARDWARE: Hardware = { cpus: 64, memoryMiB: 256 * 1024, poolMiB: 1024 * 1024, vms: true }

/** MiB that an instance takes before anything is put into it. */
export const EMPTY_INSTANCE_MIB = 8

/** What an instance is kept under. */
export const instanceKey = (name: string, project: string): string => `${project}/${name}`

/** MiB in the pool that an instance takes. */
export function instanceMiB({ data }: InstanceState): number {
  const bytes =
    Object.values(data.files).reduce((sum, { size }) => sum + size, 0) +
    Object.values(data.releases).reduce((sum, { versions }) => sum + versions.reduce((s, v) => s + v.size, 0), 0)
  return EMPTY_INSTANCE_MIB + bytes / (1024 * 1024)
}

/** A host as it is before anything is made on it. */
export const newHost = (name: string, number: number, hardware: Hardware = DEFAULT_HARDWARE): HostState => ({
  name,
  number,
  hardware: { ...hardware },
  projects: { default: {} },
  pools: { default: { driver: 'btrfs', config: {} } },
  networks: { incusbr0: { type: 'bridge', config: { 'ipv4.nat': 'true' } } },
  images: [],
  instances: {},
})
