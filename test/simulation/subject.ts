import { bundleWorkflows } from './bundle.js'
import { mutatedPure } from './mutations/pure.js'
import type { Replacement } from './mutations/replacement.js'
import { NARROW } from './narrow.js'
import { openSandbox } from './server/sandbox.js'
import type { Subject } from './simulate.js'
import * as pure from './world/pure.js'
import { ACTIVITY_NAMES } from './world/worker.js'

/** The code as it is. */
export async function theSubject(): Promise<Subject> {
  return { ...(await sandboxes([])), pure }
}

/** The code with something taken out, in workflows and in what their activities decide by. */
export async function mutatedSubject(replacements: readonly Replacement[]): Promise<Subject> {
  return { ...(await sandboxes(replacements)), pure: await mutatedPure(replacements) }
}

async function sandboxes(replacements: readonly Replacement[]): Promise<Omit<Subject, 'pure'>> {
  const bundles = [await bundleWorkflows(replacements), await bundleWorkflows([...replacements, ...NARROW])]
  const [sandbox, narrow] = await Promise.all(bundles.map((code) => openSandbox(code, ACTIVITY_NAMES)))
  return {
    sandbox: sandbox!,
    narrow: narrow!,
    close: async () => {
      await sandbox!.destroy()
      await narrow!.destroy()
    },
  }
}
