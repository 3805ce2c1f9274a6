import { log } from '@temporalio/workflow'
import type { LedgerState, NumbersInUse, OperationRequest } from '../../src/contracts/index.js'
import { hostsOf } from '../../src/plan/where.js'
import { eachMachineOnce } from '../../src/topology/hosts.js'
import { reportOf } from '../engine/failure.js'
import { look } from './activities.js'
import { revisionOf } from './state.js'
import { targetOf } from './target.js'

/** The numbers on the hosts that a request is about. null: a host does not answer, and the operation will look with more patience. */
export async function inUse(state: LedgerState, request: OperationRequest): Promise<NumbersInUse | null> {
  const wanted = request.revision?.topology ?? revisionOf(state, targetOf(state, request))?.topology
  if (wanted === undefined) return null
  const hosts = eachMachineOnce(hostsOf(state, null), wanted.hosts)
  try {
    return await look('numbers in use').numbersInUse({ topology: state.topology, project: wanted.project, hosts })
  } catch (error) {
    log.warn('the numbers in use are not known', { error: reportOf(error).message })
    return null
  }
}
