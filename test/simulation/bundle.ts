import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode } from '@temporalio/worker'
import type { Replacement } from './mutations/replacement.js'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error }

/**
 * The code of all workflows, without counters of coverage: they would cost more than the workflows. Replacements are made in
 * the sources before they are compiled.
 */
export async function bundleWorkflows(replacements: readonly Replacement[] = []): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: here('../../workflows/index.ts'),
    logger: quiet,
    webpackConfigHook: (config) => ({
      ...config,
      module: {
        ...config.module,
        rules: [
          ...(config.module?.rules ?? []),
          ...replacements.map((replacement) => ({
            enforce: 'pre' as const,
            include: here(`../../${replacement.file}`),
            use: { loader: here('./mutations/loader.cjs'), options: replacement },
          })),
        ],
      },
    }),
  })
  return code
}
