import type { Topology } from '../model.js'
import type { Path } from '../problem.js'
import { valueAt } from '../prune.js'
import type { FullDeclaration } from '../schema/topology.js'

/** A file on its way to a topology: what was written, and what of it is sound enough to be held together. */
export interface Draft {
  /** As written, in plain values. */
  raw: unknown
  /** Names of all hosts and resources that are written, sound or not. */
  hosts: string[]
  resources: string[]
  /** Null when too little is sound. */
  sound: { declaration: FullDeclaration; topology: Topology } | null
}

/** A draft of what was written and of its sound part. */
export const draft = (raw: unknown, sound: Draft['sound']): Draft => ({
  raw,
  hosts: entriesAt(raw, ['hosts']).map(([name]) => name),
  resources: entriesAt(raw, ['resources']).map(([name]) => name),
  sound,
})

/** Keys and values of the mapping at a path; none when there is no mapping. */
export function entriesAt(raw: unknown, path: Path): [string, unknown][] {
  const value = valueAt(raw, path)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}

/** Known names for an error text. */
export function oneOf(names: readonly string[]): string {
  if (names.length === 0) return 'nothing: there are none'
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} … (${names.length})` : names.join(', ')
}
