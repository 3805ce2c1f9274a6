import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { scale as strategy } from '../../src/strategies/scale.js'
import { change } from './change.js'

/** Adds and removes instances by load. */
export const scale = (input: OperationInput): Promise<OperationEnd> => change(input, strategy)
