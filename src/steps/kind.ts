import type { Activities, Compensation, KindOfStep, Place, Proven, StepOf } from '../contracts/index.js'
import type { TrafficState } from '../plan/routes.js'
import type { Topology } from '../topology/model.js'
import type { DryStep } from '../contracts/inspect.js'
import type { Prediction, View } from './view.js'

/** How hard an activity is tried: seconds, the move of a release or an image, a wait of its own, or a command of somebody's. */
type Pace = 'quick' | 'long' | 'waiting' | 'lasting'

/** One activity that a step asks for. */
export type Call = {
  [A in keyof Activities]: {
    activity: A
    input: Parameters<Activities[A]>[0]
    pace: Pace
    /** waiting, lasting: how long it takes by itself, ms. */
    waitMs?: number
    /** Shown beside the activity in the Web UI. */
    summary: string
  }
}[keyof Activities]

/** The traffic from here on, and whose edges are told; `hosts` absent: all. */
export interface TrafficChange {
  state: TrafficState
  hosts?: string[]
  summary: string
  /** What is declared from here on; absent: as before. */
  topology?: Topology
  /** All that is declared serves: what was exposed before goes. */
  settled?: boolean
  /** All is as it was before the operation. */
  undone?: boolean
}

/**
 * A kind of step: everything that cul8er knows about one sort of action. The interpreter runs it, the plan names it, the dry run
 * prints its commands; nothing else describes it.
 */
export interface StepKind<K extends KindOfStep> {
  kind: K
  /** The step in the list of steps. */
  words(step: StepOf<K>, view: View): string
  /** The instance that it is about; null: none. */
  instance(step: StepOf<K>): string | null
  /** There is nothing to do: the step leaves no trace. */
  skip?(step: StepOf<K>, view: View): boolean
  /** Whether a plan names the step; absent: unless there would be nothing to do now. */
  foreseen?(step: StepOf<K>, prediction: Prediction): boolean
  /** How to take it back, from before it begins. null: what is registered stays. */
  before?(step: StepOf<K>, view: View): Compensation | null
  /** How to take it back once it is done. */
  after?(step: StepOf<K>, view: View): Compensation | null
  /** Once it is done, what was done to this instance is not taken back any more. */
  final?(step: StepOf<K>): Pick<Place, 'name' | 'host'>
  /** On the way back, too, nothing that comes after it in its lane may happen where its host gives no answer. */
  mustAnswer?: boolean
  /** Told to the edges before the activities are asked for. */
  traffic?(step: StepOf<K>, view: View): TrafficChange | null
  /** Activities, one after another. */
  calls?(step: StepOf<K>, view: View): Call[]
  /** Ask for all activities side by side. */
  sideBySide?: boolean
  /** What was found, in words, from what the activities returned. */
  note?(results: unknown[], step: StepOf<K>): string | undefined
  /** Learned from the results: an instance that was found healthy. */
  proves?(results: unknown[], step: StepOf<K>, view: View): Proven | null
  /** The instance is gone for good afterwards. */
  removes?: boolean
  /** The instance's app does not run any more afterwards. */
  ends?: boolean
  /** A step that cannot be carried out fails nothing. */
  optional?: boolean
  /** What a dry run prints for it: the commands that it will run, or words where those depend on answers. */
  commands(step: StepOf<K>, prediction: Prediction): DryStep[]
}

/** For inference: a kind as a value. */
export const stepKind = <K extends KindOfStep>(kind: StepKind<K>): StepKind<K> => kind
