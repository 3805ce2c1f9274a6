import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode } from '@temporalio/worker'
import { scriptsAsText } from '../support/scripts-as-text.js'
import { replaceIn, type Replacement } from './mutations/replacement.js'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error }

/**
 * The code of all workflows, without counters of coverage: they would cost more than the workflows. Replacements are made in
 * the sources before they are compiled. What they do not touch is taken from the cache that bundles without replacements fill.
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
        cache: {
          type: 'filesystem',
          cacheDirectory: here('../../node_modules/.cache/cul8er/webpack'),
          // Two processes do not write one cache.
          name: `simulation-${process.env.VITEST_POOL_ID ?? 'alone'}`,
          version: digest(readFileSync(here('../../package-lock.json'), 'utf8')),
          // A replacement is for once, and writing takes longer than it would save.
          readonly: replacements.length > 0,
        },
        // Whatever a file's times say.
        snapshot: { ...config.snapshot, module: { hash: true } },
        module: {
          ...config.module,
          rules: [
            ...(config.module?.rules ?? []),
            ...[...byFile].map(([file, source]) => ({
              enforce: 'pre' as const,
              include: here(`../../${file}`),
              // By its identity a module is found in the cache.
              use: { loader: here('./mutations/loader.cjs'), options: { source }, ident: digest(source) },
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
