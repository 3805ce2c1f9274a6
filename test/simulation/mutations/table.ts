import type { Replacement } from './replacement.js'

/** A fix taken out again: the simulation has to notice, within so many seeds, by one of these invariants. */
export interface Mutation {
  name: string
  /** What goes wrong without the fix. */
  about: string
  /** Empty: the code has no such fix yet. */
  replacements: Replacement[]
  foundBy: string[]
  withinSeeds: number
  /** Seeds to begin with, where the first ones find nothing. */
  from?: number
}

export const MUTATIONS: readonly Mutation[] = []
