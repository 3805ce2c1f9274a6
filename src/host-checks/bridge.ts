import type { HostCheckKind } from './check.js'

export const bridge: HostCheckKind = {
  name: 'bridge',
  judge: ({ networks, devices }) => {
    const used = Object.values(devices).flatMap(({ type, network }) => (type === 'nic' && network ? [network] : []))
    const bridges = networks.filter(({ type, managed }) => type === 'bridge' && managed)
    // A profile may use a network that is not one of Incus: whoever made it knows why.
    const found = bridges.find(({ name }) => used.includes(name)) ?? bridges[0]
    if (found === undefined)
      return { outcome: 'failure', found: 'no managed bridge', hint: 'on the host: incus network create incusbr0' }
    const { name, config } = found
    if (config['ipv4.address'] === 'none')
      return {
        outcome: 'failure',
        found: `${name} has no IPv4 address`,
        hint: `on the host: incus network set ${name} ipv4.address=auto`,
      }
    if (config['ipv4.dhcp'] === 'false')
      return {
        outcome: 'failure',
        found: `${name} gives no addresses: DHCP is off`,
        hint: `on the host: incus network set ${name} ipv4.dhcp=true`,
      }
    return { outcome: 'ok', found: [name, config['ipv4.address']].filter(Boolean).join(' ') }
  },
}
