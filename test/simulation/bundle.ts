import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode } from '@temporalio/worker'
import { scriptsAsText } from '../support/scripts-as-text.js'
import { replaceIn, type Replacement } from './mutations/replacement.js'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error }

/**
 * The code of all workflows, without counters of coverage: they would cost more than the workflows. Replacements are made in
 * the sources before they are compiled.
 * @throws Error when a string to be replaced is not there exactly once, or its file is not part of the workflows
 */
export async function bundleWorkflows(
  replacements: readonly Replacement[] = [],
  workflowsPath = here('../../workflows/index.ts'),
): Promise<string> {
  const byFile = new Map<string, string>()
  for (const replacement of replacements) {
    const { file } = replacement
    byFile.set(file, replaceIn(byFile.get(file) ?? readFileSync(here(`../../${file}`), 'utf8'), replacement))
  }
  const { code } = await bundleWorkflowCode(
    scriptsAsText({
      workflowsPath,
      logger: quiet,
      webpackConfigHook: (config) => ({
        ...config,
        module: {
          ...config.module,
          rules: [
            ...(config.module?.rules ?? []),
            ...[...byFile].map(([file, source]) => ({
              enforce: 'pre' as const,
              include: here(`../../${file}`),
              use: { loader: here('./mutations/loader.cjs'), options: { source } },
            })),
          ],
        },
      }),
    }),
  )
  for (const file of byFile.keys()) {
    if (!code.includes(`"./${file}"`)) throw new Error(`${file} is not part of the workflows`)
  }
  return code
}
