import { patched, sleep } from '@temporalio/workflow'
import changeByStrategy from '../../../workflows/index.js'
import type { OperationEnd, OperationInput } from '../../../src/contracts/index.js'

/* Workflows as a later version may have them: a step before and a step after what they did, each under a patch. */

export * from '../../../workflows/index.js'
export { changeByStrategy as default }

export async function canary(input: OperationInput): Promise<OperationEnd> {
  if (patched('rest-before')) await sleep('1 minute')
  const end = await changeByStrategy(input)
  if (patched('rest-after')) await sleep('1 minute')
  return end
}
