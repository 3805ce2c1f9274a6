/** Something that will happen at a time, or later: the scheduler decides when. */
export interface Happening {
  /** For the trace; empty: whoever acts says what happened. */
  label: string
  due: number
  act: () => void | Promise<void>
  /** Only a worker that is there can do it. */
  byWorker: boolean
}

/** What is under way, in the order in which it was put here. */
export class Agenda {
  private readonly all = new Set<Happening>()

  add(due: number, label: string, act: Happening['act'], { byWorker = false } = {}): Happening {
    const happening = { due, label, act, byWorker }
    this.all.add(happening)
    return happening
  }

  drop(happening: Happening | null | undefined): void {
    if (happening != null) this.all.delete(happening)
  }

  has(happening: Happening): boolean {
    return this.all.has(happening)
  }

  ready(now: number, workerIsThere: boolean): Happening[] {
    return [...this.all].filter(({ due, byWorker }) => due <= now && (workerIsThere || !byWorker))
  }

  /** When the next thing after `now` is due; Infinity: nothing is. */
  next(now: number): number {
    let next = Infinity
    for (const { due } of this.all) if (due > now && due < next) next = due
    return next
  }
}
