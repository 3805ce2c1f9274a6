import { fileURLToPath } from 'node:url'
import { counting } from './counting/workflows.js'
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker'

let bundle: Promise<WorkflowBundle> | undefined

/** The workflows, bundled once a process. */
export const workflowBundle = (): Promise<WorkflowBundle> =>
  (bundle ??= bundleWorkflowCode(
    counting({
      workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
      logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
    }),
  ))
