import type { Operation, Story } from '../story.js'
import type { Effect } from '../world/model.js'

/** Something that must always be so. Each look returns what is wrong, in words, or null. */
export interface Invariant {
  name: string
  /** After each task of a workflow. */
  afterTask?(story: Story, workflowId: string): string | null
  /** After each change of the world by an activity; the change has happened. */
  afterEffect?(story: Story, effect: Effect): string | null
  /** An operation begins. */
  atBegin?(story: Story, operation: Operation): string | null
  /** An operation's workflow is closed. */
  atClose?(story: Story, operation: Operation): string | null
  /** Nothing can happen any more. */
  atEnd?(story: Story): string | null
}
export type Moment = 'afterTask' | 'afterEffect' | 'atBegin' | 'atClose' | 'atEnd'

/** An invariant that did not hold. */
export class Violation extends Error {
  constructor(
    readonly invariant: string,
    message: string,
  ) {
    super(`${invariant}: ${message}`)
    this.name = 'Violation'
  }
}
