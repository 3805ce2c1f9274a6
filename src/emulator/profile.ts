import type { InstanceState } from './model.js'

type Devices = Record<string, Record<string, string>>

/** The default profile of every emulated host. */
export const PROFILE_DEVICES: Devices = {
  eth0: { name: 'eth0', network: 'incusbr0', type: 'nic' },
  root: { path: '/', pool: 'default', type: 'disk' },
}

/** Devices of an instance with its profiles' below them. */
export const expandedDevices = ({ devices, profiles }: Pick<InstanceState, 'devices' | 'profiles'>): Devices => ({
  ...(profiles.includes('default') ? PROFILE_DEVICES : {}),
  ...devices,
})
