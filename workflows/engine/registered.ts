import type { Compensation } from '../../src/contracts/index.js'
import { placeKey } from '../../src/plan/place-key.js'
import { keyOf } from '../../src/steps/compensation.js'

/** How everything so far would be taken back, in the order of registration: one way back for each instance. */
export class Registered {
  constructor(readonly all: Compensation[] = []) {}

  /** The step went further: another way back takes the place of the one that is registered for the same. */
  register(undo: Compensation): void {
    const at = this.all.findIndex((known) => keyOf(known) === keyOf(undo))
    if (at < 0) this.all.push(undo)
    // The first state that was left is where the ports go back to.
    else if (undo.kind === 'switch') this.merge(at, undo)
    else if (undo.kind === 'withdraw') this.widen(at, undo)
    else this.all[at] = undo
  }

  of(at: { name: string; host: string }): Compensation | undefined {
    return this.all.find((undo) => keyOf(undo) === placeKey(at))
  }

  /** It is not taken back any more. */
  drop(at: { name: string; host: string }): void {
    const index = this.all.findIndex((undo) => keyOf(undo) === placeKey(at))
    if (index >= 0) this.all.splice(index, 1)
  }

  clear(): void {
    this.all.length = 0
  }

  private merge(at: number, undo: Compensation & { kind: 'switch' }): void {
    const known = this.all[at]
    if (known?.kind === 'switch') this.all[at] = { ...known, active: { ...undo.active, ...known.active } }
  }

  private widen(at: number, undo: Compensation & { kind: 'withdraw' }): void {
    const known = this.all[at]
    if (known?.kind !== 'withdraw') return
    this.all[at] = { ...known, resources: [...new Set([...known.resources, ...undo.resources])] }
  }
}
