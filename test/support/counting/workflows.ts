import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { BundleOptions, InjectedSinks } from '@temporalio/worker'
import type { Counted, CoverageSinks, Executed } from './counted.js'

/*
 * Workflows run in a sandbox of their own, from a bundle, where vitest does not see them. When it measures coverage, the bundle
 * counts for itself, and what it counted is put beside vitest's own counts, under names that lead to the same source files. A count is the
 * number of runs, not of times: to tell each time costs more than the workflows.
 */

type Store = Record<string, Counted>
const store = (): Store | undefined => (globalThis as { __VITEST_COVERAGE__?: Store }).__VITEST_COVERAGE__

/** What the counters of a bundle stand for, by path. */
export type Places = Map<string, Counted>

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const OURS = [here('../../../src/'), here('../../../workflows/')]

/** Whether vitest measures coverage. */
export const isCounting = (): boolean => store() !== undefined

/** Bundle options that make workflows count, when coverage is measured; `places` is filled while the bundle is made. */
export function counting(options: BundleOptions, places: Places): BundleOptions {
  if (!isCounting()) return options
  const istanbul = createRequire(import.meta.url).resolve('@temporalio/nyc-test-coverage/lib/loader')
  const use = [{ loader: here('apart.cjs'), options: { places } }, { loader: istanbul }]
  return {
    ...options,
    workflowInterceptorModules: [...(options.workflowInterceptorModules ?? []), here('interceptor.ts')],
    webpackConfigHook: (config) => ({
      ...config,
      module: {
        ...config.module,
        rules: [...(config.module?.rules ?? []), { use, enforce: 'post', test: /\.ts$/, include: OURS }],
      },
    }),
  }
}

/** Worker options that take what workflows of any bundle counted. */
export function countingSinks(): { sinks?: InjectedSinks<CoverageSinks> } {
  if (!isCounting()) return {}
  return { sinks: { coverage: { executed: { fn: (_info, files) => files.forEach(add), callDuringReplay: true } } } }
}

const known: (() => Places)[] = []

/** Has the counters of one more bundle understood; `places` is called when one of them counts a file of which nothing is known yet. */
export function understand(places: () => Places): void {
  if (isCounting()) known.push(places)
}

function add({ path, s, f }: Executed): void {
  const all = store()
  if (all === undefined) return
  const name = `${path}?workflow`
  const file = all[name] ?? (all[name] = { ...placesOf(path), path: name })
  for (const place of s) file.s[place] = (file.s[place] ?? 0) + 1
  for (const place of f) file.f[place] = (file.f[place] ?? 0) + 1
}

function placesOf(path: string): Counted {
  for (const places of known) {
    const found = places().get(path)
    if (found !== undefined) return structuredClone(found)
  }
  throw new Error(`nothing says what the counters of ${path} stand for`)
}
