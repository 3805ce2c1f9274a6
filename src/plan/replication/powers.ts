import type { VolumeRef } from '../../incus/index.js'
import type { InstanceSpec, ObservedInstance } from '../model.js'

/** What an instance has that reaches out of it. */
export interface Powers {
  /** Keys of its configuration. */
  config: string[]
  /** Names of its devices. */
  devices: string[]
  /** The profiles that it should have; absent: it has them. */
  profiles?: string[]
}

/** What is declared of an instance. */
export type Declared = Pick<InstanceSpec, 'config' | 'devices' | 'profiles'>

/**
 * What a copy has that is not declared and would let what is in it reach the host that it is started on. All of a copy comes from the host
 * of its original, configuration included, and whoever is root there must not become so on the other one. `volumes`: its own. Pure.
 */
export function undeclaredPowers(
  { config, devices, profiles = [] }: Pick<ObservedInstance, 'config' | 'devices' | 'profiles'>,
  { volumes, ...declared }: Declared & { volumes: readonly VolumeRef[] },
): Powers {
  const wanted = declared.profiles ?? ['default']
  return {
    config: Object.keys(config).filter((key) => REACHES_OUT.test(key) && config[key] !== declared.config[key]),
    devices: Object.entries(devices)
      .filter(([name, device]) => !isHarmless(device, volumes) && !isSame(device, declared.devices[name]))
      .map(([name]) => name),
    ...(profiles.every((name) => wanted.includes(name)) ? {} : { profiles: wanted }),
  }
}

/** Options of LXC and QEMU themselves, which run programs on the host; rights there; modules of its kernel. */
const REACHES_OUT = /^(raw\.|security\.|linux\.)/

/** What has no more of the host than an instance has anyway: its own disks, a network of Incus, a port that the host forwards to it. */
function isHarmless({ type, source, pool, network, nat }: Device, volumes: readonly VolumeRef[]): boolean {
  if (type === 'none') return true
  if (type === 'disk')
    return source === undefined || volumes.some((volume) => volume.name === source && volume.pool === pool)
  if (type === 'nic') return network !== undefined
  return type === 'proxy' && nat === 'true'
}

type Device = Record<string, string>

function isSame(one: Device, other: Device = {}): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}

/** `raw.lxc, device kvm`; null: there is none. */
export function powersInWords({ config, devices, profiles }: Powers): string | null {
  const all = [...config, ...devices.map((name) => `device ${name}`), ...(profiles === undefined ? [] : ['profiles'])]
  return all.length === 0 ? null : all.join(', ')
}
