import { operationOfSnapshot } from '../naming/snapshot-names.js'
import type { Ours } from './planned-change.js'

/** The highest operation and revision that labels and snapshots of instances show, and who shows them. */
export interface NumbersShown {
  operation: number
  revision: number
  /** Instances of the topology, by name. */
  instances: string[]
}

export const numbersShown = (ours: readonly Ours[]): NumbersShown => ({
  operation: Math.max(
    0,
    ...ours.flatMap(({ labels, snapshots }) => [
      Number(labels.operation) || 0,
      ...snapshots.map(({ name }) => operationOfSnapshot(name)),
    ]),
  ),
  revision: Math.max(0, ...ours.map(({ labels }) => labels.revision)),
  instances: ours.map(({ name }) => name).sort(),
})
