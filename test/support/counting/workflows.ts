import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { BundleOptions, InjectedSinks } from '@temporalio/worker'
import type { Counted, CoverageSinks } from './counted.js'

/*
 * Workflows run in a sandbox of their own, from a bundle, where vitest does not see them. When it measures coverage, the bundle
 * counts for itself, and what it counted is put beside vitest's own counts, under names that lead to the same source files.
 */

type Store = Record<string, Counted>
const store = (): Store | undefined => (globalThis as { __VITEST_COVERAGE__?: Store }).__VITEST_COVERAGE__

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const OURS = [here('../../../src/'), here('../../../workflows/')]

/** Whether vitest measures coverage. */
export const isCounting = (): boolean => store() !== undefined

/** Bundle options that make workflows count, when coverage is measured. */
export function counting(options: BundleOptions): BundleOptions {
  if (!isCounting()) return options
  const loader = createRequire(import.meta.url).resolve('@temporalio/nyc-test-coverage/lib/loader')
  return {
    ...options,
    workflowInterceptorModules: [...(options.workflowInterceptorModules ?? []), here('interceptor.ts')],
    webpackConfigHook: (config) => ({
      ...config,
      module: {
        ...config.module,
        rules: [...(config.module?.rules ?? []), { use: { loader }, enforce: 'post', test: /\.ts$/, include: OURS }],
      },
    }),
  }
}

/** Worker options that take what workflows counted. */
export function countingSinks(): { sinks?: InjectedSinks<CoverageSinks> } {
  if (!isCounting()) return {}
  return { sinks: { coverage: { executed: { fn: (_info, files) => files.forEach(add), callDuringReplay: true } } } }
}

function add(file: Counted): void {
  const all = store()
  if (all === undefined) return
  const path = `${file.path}?workflow`
  const known = all[path]
  if (known === undefined) {
    if (file.statementMap !== undefined) all[path] = { ...file, path }
    return
  }
  for (const counters of ['s', 'f'] as const) {
    for (const [key, count] of Object.entries(file[counters]))
      known[counters][key] = (known[counters][key] ?? 0) + count
  }
}
