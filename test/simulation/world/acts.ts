import type { Activities } from '../../../src/contracts/index.js'
import type { Random } from '../random.js'
import type * as Pure from './pure.js'
import type { World } from './world.js'

/** What an act of the world has at hand. */
export interface Scene {
  world: World
  /** Id of the workflow that asked for it. */
  by: string
  /** When the attempt began, ms since the epoch. */
  since: number
  /** The real code that decides. */
  pure: typeof Pure
  /** Chance of its own, the same whatever happened before. */
  random: Random
  /** How canaries look, where their app says nothing. */
  canary: CanaryChances
}

export interface CanaryChances {
  breach: number
  noData: number
}

/** Each activity as what it does to the world, at one moment. A new activity is one member here. */
export type Acts = {
  [Name in keyof Activities]: (input: Input<Name>, scene: Scene) => Awaited<ReturnType<Activities[Name]>>
}
export type Input<Name extends keyof Activities> = NonNullable<Parameters<Activities[Name]>[0]>
