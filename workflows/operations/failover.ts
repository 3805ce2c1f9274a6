import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { failover as strategy } from '../../src/strategies/failover.js'
import { change } from './change.js'

/** Brings everything to the stable revision without the hosts that are gone, or with those that are back. */
export const failover = (input: OperationInput): Promise<OperationEnd> => change(input, strategy)
