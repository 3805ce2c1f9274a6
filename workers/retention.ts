import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js'
import type { NativeConnection } from '@temporalio/worker'
import { retentionToSet, wantedRetention } from '../src/service/retention.js'

/**
 * Has the embedded server keep ended operations for 30 days, or as long as CUL8ER_RETENTION says; what a person set otherwise stays.
 * @returns ms, when it was changed
 */
export async function ensureRetention(
  connection: NativeConnection,
  namespace: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number | null> {
  const { workflowService } = connection
  const { config } = await workflowService.describeNamespace({ namespace })
  const current = optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? 0
  const ms = retentionToSet(current, wantedRetention(env))
  if (ms === null) return null
  await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: msToTs(ms) } })
  return ms
}
