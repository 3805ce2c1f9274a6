import { condition, defineSignal, setHandler } from '@temporalio/workflow'

/** Asks one that goes on for ever to end once nothing is under way. */
export const finish = defineSignal('finish')

/** Rests between two rounds until it is told to end. */
export class Rest {
  private isOver = false

  constructor() {
    setHandler(finish, () => {
      this.isOver = true
    })
  }

  /** @returns whether it is to end */
  async until(at: string, summary: string): Promise<boolean> {
    if (this.isOver) return true
    return condition(() => this.isOver, Math.max(1, Date.parse(at) - Date.now()), { summary })
  }
}
