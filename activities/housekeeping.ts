import { Context } from '@temporalio/activity'
import { optionalTsToMs } from '@temporalio/common/lib/time.js'
import type { Activities } from '../src/contracts/index.js'
import { ledgerState, sliceSoFar, WorkflowType } from '../src/contracts/index.js'
import { RETENTION_MS } from '../src/service/retention.js'
import type { ActivityDeps } from './deps.js'
import { step } from './step.js'

/** Tidying the store of artifacts. */
export function housekeepingActivities(deps: ActivityDeps): Pick<Activities, 'pruneArtifacts' | 'readSlice'> {
  const pruneArtifacts = step(async (_input: Record<string, never>) => {
    // One ledger that cannot be read ends it: its artifacts are not known, so none is known to be superfluous.
    const { removed } = await deps.artifacts.prune(await namedArtifacts())
    if (removed.length > 0) deps.log.info({ removed }, 'removed the artifacts that no kept revision uses')
    const evidence = await deps.evidence.prune(await retentionMs())
    if (evidence.removed.length > 0) deps.log.info(evidence, 'removed old logs of deleted instances')
    const images = await deps.images.prune()
    if (images.removed.length > 0) deps.log.info(images, 'removed copies of images that no host asked for lately')
    return { removed: removed.length }
  })
  return {
    pruneArtifacts,
    readSlice: step(async ({ workflowId }) => {
      try {
        return await Context.current().client.workflow.getHandle(workflowId).query(sliceSoFar)
      } catch (error) {
        deps.log.warn({ error: String(error), workflowId }, 'could not read a lost slice')
        return null
      }
    }),
  }
}

/** How long the server keeps ended operations: what they removed is told of as long, ms. */
async function retentionMs(): Promise<number> {
  const { connection, options } = Context.current().client
  const { config } = await connection.workflowService.describeNamespace({ namespace: options.namespace })
  return optionalTsToMs(config?.workflowExecutionRetentionTtl) || RETENTION_MS
}

/** sha256 of every artifact that a kept revision of any topology names. */
async function namedArtifacts(): Promise<Set<string>> {
  const { client } = Context.current()
  const names = new Set<string>()
  // A ledger that was terminated counts too: the next command goes on from its state.
  const query = `WorkflowType = "${WorkflowType.ledger}" AND ExecutionStatus != "ContinuedAsNew"`
  const ledgers = new Set<string>()
  for await (const { workflowId } of client.workflow.list({ query })) ledgers.add(workflowId)
  for (const workflowId of ledgers) {
    const { revisions } = await client.workflow.getHandle(workflowId).query(ledgerState)
    for (const { artifacts } of revisions) Object.values(artifacts).forEach(({ sha256 }) => names.add(sha256))
  }
  return names
}
