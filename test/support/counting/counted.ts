import type { Sinks } from '@temporalio/workflow'

/** A file's coverage as Istanbul counts it, and what the counters stand for. */
export interface Counted {
  path: string
  s: Record<string, number>
  f: Record<string, number>
  b: Record<string, number[]>
  statementMap: unknown
}

/** A file's counters among the workflows: by the same numbers, without what they stand for. */
export interface Counters {
  path: string
  s: Uint32Array
  f: Uint32Array
}

/** Statements and functions of a file that were executed. */
export interface Executed {
  path: string
  s: number[]
  f: number[]
}

export interface CoverageSinks extends Sinks {
  coverage: { executed(files: Executed[]): void }
}
