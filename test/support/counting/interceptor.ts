import { proxySinks, type WorkflowInterceptorsFactory } from '@temporalio/workflow'
import type { Counters, CoverageSinks, Executed } from './counted.js'

/** Runs among the workflows: after each activation it tells what of them was executed for the first time in this run. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const { coverage } = proxySinks<CoverageSinks>()
  const told = new Map<Uint32Array, Uint8Array>()
  return {
    internals: [
      {
        concludeActivation(input, next) {
          const found: Executed[] = []
          for (const { path, s, f } of Object.values(counters())) {
            const first = { path, s: firstIn(s, told), f: firstIn(f, told) }
            if (first.s.length + first.f.length > 0) found.push(first)
          }
          if (found.length > 0) coverage.executed(found)
          return next(input)
        },
      },
    ],
  }
}

const counters = (): Record<string, Counters> =>
  (globalThis as { __coverage__?: Record<string, Counters> }).__coverage__ ?? {}

/** Places of counters that began to count. */
function firstIn(counts: Uint32Array, told: Map<Uint32Array, Uint8Array>): number[] {
  let before = told.get(counts)
  if (before === undefined) told.set(counts, (before = new Uint8Array(counts.length)))
  const found: number[] = []
  for (let place = 0; place < counts.length; place += 1) {
    if (counts[place] === 0 || before[place] === 1) continue
    before[place] = 1
    found.push(place)
  }
  return found
}
