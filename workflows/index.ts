import type { OperationEnd, OperationInput } from '../src/contracts/index.js'
import { blueGreen as blueGreenStrategy } from '../src/strategies/blue-green.js'
import { canary as canaryStrategy } from '../src/strategies/canary.js'
import { recreate as recreateStrategy } from '../src/strategies/recreate.js'
import { rolling as rollingStrategy } from '../src/strategies/rolling.js'
import { change } from './operations/change.js'

/* Every workflow type that a worker registers; names as in src/contracts/names.ts. */
export { ledger } from './ledger/ledger.js'
export { destroy } from './operations/destroy.js'
export { restore } from './operations/restore.js'
export { cleanup } from './operations/cleanup.js'
export { housekeeping } from './operations/housekeeping.js'
export { inspect } from './operations/inspect.js'
export { slice } from './operations/slice.js'

/* A deploy or a rollback is a workflow of its strategy's type, so that a person sees which one in the Web UI. */
type Change = (input: OperationInput) => Promise<OperationEnd>

export const rolling: Change = (input) => change(input, rollingStrategy)
export const blueGreen: Change = (input) => change(input, blueGreenStrategy)
export const canary: Change = (input) => change(input, canaryStrategy)
export const recreate: Change = (input) => change(input, recreateStrategy)
