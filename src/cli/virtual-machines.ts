import { createLocalExecutor } from '../hosts/local.js'
import { cannotRunVms, lacksForVms } from '../hosts/virtual-machines.js'
import { isThisMachine } from '../topology/hosts.js'
import type { Topology } from '../topology/model.js'
import { debugged } from './debugged.js'

/**
 * What this machine lacks to run virtual machines; null: nothing.
 * @throws Cul8erError as an executor's run does
 */
export async function lacksHere(): Promise<string | null> {
  const executor = debugged(createLocalExecutor({ host: 'localhost' }))
  try {
    return await lacksForVms(executor, { local: true })
  } finally {
    await executor.close()
  }
}

/** Warnings for resources of type vm that may only be placed on this machine, where it cannot run them. Without Incus nothing is known. */
export async function vmWarnings({ hosts, resources }: Topology): Promise<string[]> {
  const only = Object.entries(resources).filter(([, { type, on }]) => {
    const candidates = on.length > 0 ? on : Object.keys(hosts)
    return type === 'vm' && candidates.every((host) => hosts[host] !== undefined && isThisMachine(hosts[host]))
  })
  if (only.length === 0) return []
  const lack = await lacksHere().catch(() => null)
  return lack === null ? [] : only.map(([name]) => `resources.${name}.type: ${cannotRunVms('this machine', lack)}`)
}
