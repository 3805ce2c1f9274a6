import type { ErrorReport } from '../../src/errors.js'
import type { Slot } from '../../src/plan/model.js'
import type { LiveInstance } from '../../src/plan/work.js'

/**
 * How to take one step back. Plain data, registered before the step it undoes: it survives in the history, travels out of
 * child workflows, and is shown to people as it is.
 */
export type Undo =
  /** The operation made it: take it out of the traffic and delete it. */
  | { kind: 'delete'; name: string; host: string; resource: string; index: number | null; slot: Slot }
  /** It was taken out of the traffic, and nothing else happened. */
  | { kind: 'readmit'; from: LiveInstance }
  /** It may be half changed and took no traffic since: back to the snapshot. */
  | { kind: 'restore'; from: LiveInstance; snapshot: string }
  /** It took traffic with the new version: the old release again, its data kept. */
  | { kind: 'reinstall'; from: LiveInstance; snapshot: string | null }
  /** Only limits or devices changed. */
  | { kind: 'configure'; from: LiveInstance }
  /** It was put aside for its replacement: start it and give it its role and traffic back. */
  | { kind: 'revive'; from: LiveInstance }
  /** It was kept from before and came back: aside again. */
  | { kind: 'shelve'; from: LiveInstance }
  /** The public ports lead to another set: back to these colours. */
  | { kind: 'switch'; from: LiveInstance; active: Record<string, Slot> }

export const undoTarget = (undo: Undo): string => ('from' in undo ? undo.from.name : undo.name)

/** Undos in the order of registration; run backwards. */
export class UndoStack {
  constructor(readonly undos: Undo[] = []) {}

  push(undo: Undo): void {
    this.undos.push(undo)
  }

  /** The step went further: another way back takes the place of the one registered for the same instance. */
  replace(kind: Undo['kind'], name: string, by: Undo | null): void {
    const i = this.undos.findLastIndex((undo) => undo.kind === kind && undoTarget(undo) === name)
    if (i < 0) throw new Error(`no undo ${kind} registered for ${name}`)
    this.undos.splice(i, 1, ...(by === null ? [] : [by]))
  }
}

/** An undo that failed: what is where, for a person. */
export interface UndoFailure {
  undo: Undo['kind']
  instance: string
  host: string
  error: ErrorReport
}

/** What an undo does, in words. */
export function undoWords(undo: Undo): string {
  switch (undo.kind) {
    case 'delete':
      return 'remove what was made'
    case 'readmit':
      return 'back into the traffic'
    case 'restore':
      return `restore snapshot ${undo.snapshot}`
    case 'reinstall':
      return 'put the old release back, data kept'
    case 'configure':
      return 'put the old limits and devices back'
    case 'revive':
      return 'bring the old instance back'
    case 'shelve':
      return 'put it aside again'
    case 'switch':
      return 'switch the traffic back'
  }
}
