import { proxySinks, type WorkflowInterceptorsFactory } from '@temporalio/workflow'
import type { CoverageSinks, Counted } from './counted.js'

/** Runs among the workflows: after each activation it tells what of them was executed. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const { coverage } = proxySinks<CoverageSinks>()
  let first = true
  return {
    internals: [
      {
        concludeActivation(input, next) {
          const files = (globalThis as { __coverage__?: Record<string, Counted> }).__coverage__ ?? {}
          const found = Object.values(files).flatMap((file) => {
            // What the counters stand for is told once.
            if (first) return [copy(file)]
            const hit = { path: file.path, s: nonZero(file.s), f: nonZero(file.f) }
            return Object.keys(hit.s).length > 0 ? [hit] : []
          })
          first = false
          if (found.length > 0) coverage.executed(found)
          for (const file of Object.values(files)) reset(file)
          return next(input)
        },
      },
    ],
  }
}

const nonZero = (counters: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(counters).filter(([, count]) => count > 0))

const copy = (file: Counted): Counted => JSON.parse(JSON.stringify(file)) as Counted

function reset({ s, f }: Counted): void {
  for (const counters of [s, f]) for (const key of Object.keys(counters)) counters[key] = 0
}
