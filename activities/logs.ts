import type { Activities } from '../src/contracts/index.js'
import { EVIDENCE_LIMITS } from '../src/evidence/store.js'
import { lastLogs } from '../src/releases/last-logs.js'
import type { ActivityDeps } from './deps.js'
import { inBatches } from './inspect/in-batches.js'
import { knowSecrets, maskedText } from './secrets.js'
import { step } from './step.js'

/** Logs read at a time. */
const READERS = 8

/** Keeping what instances said before they are removed. */
export function logActivities(deps: ActivityDeps): Pick<Activities, 'keepLogs'> {
  return {
    keepLogs: step(async ({ topology, operation, instances }, signal) => {
      const kept = await inBatches(instances, READERS, async ({ host, via, name, project, release, ...holder }) => {
        // Logs are evidence and not the matter: that they cannot be kept keeps nothing from being undone.
        try {
          const target = { name, project, release: release === null ? null : { name: release } }
          const { resource, secrets } = holder
          if (resource !== undefined && secrets !== undefined) {
            await knowSecrets({ topology, resource, secrets }, deps, signal)
          }
          const lines = await lastLogs(deps.executorFor(host, via), target, EVIDENCE_LIMITS.most)
          await deps.evidence.put({ topology, operation, instance: name }, lines.map(maskedText))
          return lines.length > 0 ? [name] : []
        } catch (error) {
          deps.log.warn({ error: maskedText(String(error)), instance: name }, 'could not keep its last log lines')
          return []
        }
      })
      return { kept: kept.flat() }
    }),
  }
}
