import { waiting } from './activities.js'
import type { Run } from './run.js'

/**
 * An app may die after it was found healthy, while the operation is busy with others. Before it says that all is well it looks
 * once more at those that it proved some time ago; `fresh` are of this very moment.
 */
export async function confirm(run: Run, fresh: readonly string[] = []): Promise<void> {
  const earlier = [...run.proven.values()].filter(({ spec }) => spec.healthcheck !== null && !fresh.includes(spec.name))
  if (earlier.length === 0) return
  await run.steer.gate()
  await run.recorder.step('look once more', undefined, () =>
    Promise.all(
      [...new Set(earlier.map(({ spec }) => spec.host))].map((host) => {
        const instances = earlier.filter(({ spec }) => spec.host === host)
        const waitMs = Math.max(...instances.map(({ spec }) => spec.healthcheck?.deadlineMs ?? 0))
        return waiting({ summary: `${instances.length} on ${host}`, waitMs }).confirmHealthy({
          ...run.at(host),
          instances,
        })
      }),
    ),
  )
}
