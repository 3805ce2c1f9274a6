import { fileURLToPath } from 'node:url'
import { counting } from './counting/workflows.js'
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

let bundle: Promise<WorkflowBundle> | undefined

/** The workflows, bundled once a process. */
export const workflowBundle = (): Promise<WorkflowBundle> =>
  (bundle ??= bundleWorkflowCode(
    counting({
      workflowsPath: here('../../workflows/index.ts'),
      workflowInterceptorModules: [here('../../workflows/authentic/index.ts')],
      logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
    }),
  ))
