import { parseWorkflowCode } from '@temporalio/worker/lib/worker.js'
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js'
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js'

export type Sandbox = ReusableVMWorkflowCreator

/** A workflow may compute for so long in one activation, ms of real time. */
const ACTIVATION_MS = 20_000

/**
 * The SDK's own sandbox for workflows, in this process and without a server. Its modules are not public API: they are imported
 * here and in run.ts only, and the SDK's version is pinned.
 */
export async function openSandbox(code: string, activities: readonly string[]): Promise<Sandbox> {
  const sandbox = await ReusableVMWorkflowCreator.create(parseWorkflowCode(code), ACTIVATION_MS, new Set(activities))
  // The stack trace of every promise is for people in the Web UI, and halves the speed.
  globalHandlers.uninstall()
  globalHandlers.promiseHookInstalled = false
  return sandbox
}
