import { log } from '@temporalio/workflow'
import type { LedgerState, NumbersInUse, OperationRequest } from '../../src/contracts/index.js'
import { hostsOf } from '../../src/plan/where.js'
import { eachMachineOnce } from '../../src/topology/hosts.js'
import { reportOf } from '../engine/failure.js'
import { look } from './activities.js'
import { isUnconditional } from './refusals.js'
import { revisionOf } from './state.js'
import { targetOf } from './target.js'

/**
 * The numbers on the hosts that a request is about. null: a host does not answer, and the operation will look with more patience. A request that
 * is carried out whatever they are is told what is known without that host: the number of the operation that has begun last is in no host.
 */
export async function inUse(state: LedgerState, request: OperationRequest): Promise<NumbersInUse | null> {
  const wanted = request.revision?.topology ?? revisionOf(state, targetOf(state, request))?.topology
  if (wanted === undefined) return null
  const { topology } = state
  const { without = [] } = request
  const all = eachMachineOnce(hostsOf(state, null), wanted.hosts)
  const hosts = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)))
  try {
    return await look('numbers in use').numbersInUse({
      ...{ topology, project: wanted.project, hosts },
      ...(isUnconditional(request) ? { partly: true } : {}),
    })
  } catch (error) {
    log.warn('the numbers in use are not known', { error: reportOf(error).message })
    return null
  }
}
