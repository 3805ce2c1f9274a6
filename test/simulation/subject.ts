import { bundleWorkflows } from './bundle.js'
import { mutatedPure } from './mutations/pure.js'
import type { Replacement } from './mutations/replacement.js'
import { NARROW } from './narrow.js'
import { openSandbox, type Sandbox } from './server/sandbox.js'
import type { Subject } from './simulate.js'
import * as pure from './world/pure.js'
import { ACTIVITY_NAMES } from './world/worker.js'

/** The code as it is. */
export const theSubject = (): Subject => ({ ...sandboxes([]), pure })

/** The code with something taken out, in workflows and in what their activities decide by. */
export async function mutatedSubject(replacements: readonly Replacement[]): Promise<Subject> {
  const ofWorkflows = replacements.filter(({ ofActivities }) => ofActivities !== true)
  return { ...sandboxes(ofWorkflows), pure: await mutatedPure(replacements) }
}

/** Compiled when a scenario asks for it: that takes longer than many scenarios. */
function sandboxes(replacements: readonly Replacement[]): Omit<Subject, 'pure'> {
  const compile = async (all: readonly Replacement[]): Promise<Sandbox> =>
    openSandbox(await bundleWorkflows(all), ACTIVITY_NAMES)
  let wide: Promise<Sandbox> | null = null
  let narrow: Promise<Sandbox> | null = null
  return {
    sandboxFor: (scenario) =>
      scenario.narrow ? (narrow ??= compile([...replacements, ...NARROW])) : (wide ??= compile(replacements)),
    close: async () => {
      for (const sandbox of [wide, narrow]) await (await sandbox)?.destroy()
    },
  }
}
