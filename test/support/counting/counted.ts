import type { Sinks } from '@temporalio/workflow'

/** Coverage of one file as Istanbul counts it: statements and functions; what the numbers stand for may be left out. */
export interface Counted {
  path: string
  s: Record<string, number>
  f: Record<string, number>
  b?: Record<string, number[]>
  statementMap?: unknown
}

export interface CoverageSinks extends Sinks {
  coverage: { executed(files: Counted[]): void }
}
