import { cannotRunVms, vmsLack, VM_HINT } from '../hosts/virtual-machines.js'
import type { HostCheckKind } from './check.js'

export const vms: HostCheckKind = {
  name: 'VMs',
  judge: ({ server }, { resources }) => {
    const declared = Object.entries(resources).flatMap(([name, { type }]) => (type === 'vm' ? [name] : []))
    if (declared.length === 0) return null
    return server.vms
      ? { outcome: 'ok', found: 'its Incus runs them' }
      : { outcome: 'failure', found: `${cannotRunVms('it', vmsLack([]))} (${declared.join(', ')})`, hint: VM_HINT }
  },
}
