import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { repair as strategy } from '../../src/strategies/repair.js'
import { change } from './change.js'

/** Sets right what differs from the stable revision. */
export const repair = (input: OperationInput): Promise<OperationEnd> => change(input, strategy)
