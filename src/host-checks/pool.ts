import type { HostCheckKind } from './check.js'

export const pool: HostCheckKind = {
  name: 'storage pool',
  judge: ({ pools, devices }) => {
    const names = pools.map(({ name, driver }) => `${name} (${driver})`).join(', ')
    if (pools.length === 0)
      return { outcome: 'failure', found: 'none', hint: 'on the host: incus storage create default dir' }
    const root = devices.root?.pool
    const found = pools.find(({ name }) => name === root)
    if (root !== undefined && found !== undefined && !['', 'Created', 'CREATED'].includes(found.status))
      return {
        outcome: 'failure',
        found: `${root} is ${found.status.toLowerCase()}`,
        hint: `\`incus storage info ${root}\` on the host shows why`,
      }
    return { outcome: 'ok', found: names }
  },
}
