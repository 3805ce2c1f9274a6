import { change } from './operations/change.js'
import type { OperationEnd, OperationInput } from '../src/contracts/index.js'
import { blueGreen as blueGreenStrategy } from './strategies/blue-green.js'
import { canary as canaryStrategy } from './strategies/canary.js'
import { roll } from './strategies/rolling.js'

/* Every workflow type that a worker registers; names as in model.ts. */
export { ledger } from './ledger/ledger.js'
export { destroy } from './operations/destroy.js'
export { restore } from './operations/restore.js'
export { cleanup } from './operations/cleanup.js'
export { housekeeping } from './operations/housekeeping.js'
export { inspect } from './operations/inspect.js'
export { leg } from './strategies/leg.js'

export const rolling = (input: OperationInput): Promise<OperationEnd> => change(input, roll)

export const blueGreen = (input: OperationInput): Promise<OperationEnd> => change(input, blueGreenStrategy)

export const canary = (input: OperationInput): Promise<OperationEnd> => change(input, canaryStrategy)
