import { bundleWorkflows } from './bundle.js'
import { openSandbox } from './server/sandbox.js'
import type { Subject } from './simulate.js'
import * as pure from './world/pure.js'
import { ACTIVITY_NAMES } from './world/worker.js'

/** The code as it is. */
export async function theSubject(): Promise<Subject> {
  const sandbox = await openSandbox(await bundleWorkflows(), ACTIVITY_NAMES)
  return { sandbox, narrow: null, pure }
}
