import { CancellationScope, condition } from '@temporalio/workflow'
import { failureOf } from '../engine/failure.js'
import type { Item, Question } from './next.js'

/** The ledger's queue: all that happens goes in here, and only the loop takes it out. */
export class Inbox {
  private readonly waiting: Item[] = []

  /** Oldest first. */
  get items(): readonly Item[] {
    return this.waiting
  }

  push(item: Item): void {
    this.waiting.push(item)
  }

  remove(item: Item): void {
    this.waiting.splice(this.waiting.indexOf(item), 1)
  }

  /** For handlers of updates: the answer, when the loop has given it. Also after a cancel of the ledger, which goes on. */
  async ask<Input, Output>(item: Item & { question: Question<Input, Output> }): Promise<Output> {
    const { question } = item
    this.push(item)
    await CancellationScope.nonCancellable(() => condition(() => question.answer !== null))
    const { answer } = question
    if (answer === null) throw new Error('an unanswered request')
    if ('refused' in answer) throw failureOf(answer.refused)
    return answer.given
  }
}
