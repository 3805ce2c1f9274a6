import { touchCommand } from '../src/instances/commands.js'
import { STOP_SECONDS, stopCommand } from '../src/releases/commands.js'
import { installRelease } from '../src/releases/install-release.js'
import type { Activities } from '../src/contracts/index.js'
import type { ActivityDeps } from './deps.js'
import { openSecrets } from './secrets.js'
import { step } from './step.js'

/** Longer than an app may take to stop, ms. */
const STOP_MS = (STOP_SECONDS + 30) * 1000

/** Putting releases, environment and secrets into instances. */
export function releaseActivities(deps: ActivityDeps): Pick<Activities, 'installRelease' | 'stopApp'> {
  return {
    installRelease: step(async ({ spec, host, via, fresh }, signal) => {
      const artifactPath =
        spec.release === null ? null : await deps.artifacts.path(spec.release.artifact.sha256, { signal })
      const secrets = await openSecrets(spec, deps, signal)
      await installRelease(deps.executorFor(host, via), spec, { artifactPath, secrets, fresh, signal })
    }),

    stopApp: step(async ({ host, via, operation, ...target }, signal) => {
      const executor = deps.executorFor(host, via)
      // One that was asked for before an update of the worker does not say it.
      if (operation !== undefined) await executor.run(touchCommand(target.name, operation, target), { signal })
      await executor.run(stopCommand(target), { signal, timeoutMs: STOP_MS })
    }),
  }
}
