import type { Client } from '@temporalio/client'
import { endOf, type OperationEnd } from '../contracts/index.js'

/**
 * Waits for the end of an operation's workflow, which is its result when it succeeded and its failure when it did not.
 * @throws what else the wait ended with: the workflow broke or was terminated, or the server is away
 */
export async function operationEnd(client: Client, workflowId: string): Promise<OperationEnd> {
  try {
    return (await client.workflow.getHandle(workflowId).result()) as OperationEnd
  } catch (error) {
    const end = endOf(error)
    if (end === null) throw error
    return end
  }
}
