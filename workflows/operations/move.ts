import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { moving } from '../../src/strategies/moving.js'
import { change } from './change.js'

/** Moves what is as declared off the hosts that are to be emptied. */
export const drain = (input: OperationInput): Promise<OperationEnd> => change(input, moving)

/** Moves what is as declared so that hosts are used evenly. */
export const rebalance = drain
