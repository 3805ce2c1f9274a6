import type { HostCheckKind } from './check.js'

export const profile: HostCheckKind = {
  name: 'profile',
  judge: ({ devices, pools }) => {
    const all = Object.values(devices)
    const root = all.find(({ type, path }) => type === 'disk' && path === '/')
    const missing = [
      ...(root === undefined ? ['root disk'] : []),
      ...(all.some(({ type }) => type === 'nic') ? [] : ['network interface']),
    ]
    if (missing.length > 0)
      return {
        outcome: 'failure',
        found: `the default profile has no ${missing.join(' and no ')}`,
        hint: `on the host: ${missing.includes('root disk') ? ROOT : NIC}`,
      }
    if (root?.pool !== undefined && !pools.some(({ name }) => name === root.pool))
      return {
        outcome: 'failure',
        found: `the default profile's root disk is in the pool ${root.pool}, which is missing`,
        hint: `on the host: incus storage create ${root.pool} dir`,
      }
    return { outcome: 'ok', found: 'default has a root disk and a network interface' }
  },
}

const ROOT = 'incus profile device add default root disk path=/ pool=default'
const NIC = 'incus profile device add default eth0 nic network=incusbr0 name=eth0'
