import type { Activities } from '../src/contracts/index.js'
import { runHook } from '../src/processes/run-hook.js'
import type { ActivityDeps } from './deps.js'
import { knowSecrets, maskedText } from './secrets.js'
import { step } from './step.js'

/** Commands of the operator's, before and after operations. */
export function hookActivities(deps: ActivityDeps): Pick<Activities, 'runHook'> {
  return {
    runHook: step(async ({ topology, secrets, ...asked }, signal, memory) => {
      for (const { resource, ...secret } of secrets) {
        await knowSecrets({ topology, resource, secrets: [secret] }, deps, signal)
      }
      const began = Date.now()
      memory.says({ ms: 0, mostMs: asked.timeoutMs })
      const says = (words: string): void => memory.says({ words, ms: Date.now() - began })
      return runHook(asked, { signal, masked: maskedText, says })
    }),
  }
}
