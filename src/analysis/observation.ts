/** One finished request of the two sides that are compared. */
export interface Observation {
  /** When it had finished, ms by the clock of the edge's host. */
  at: number
  /** Of the canary; otherwise of the stable set. */
  canary: boolean
  failed: boolean
  /** How long it took; null: says nothing about how fast its side is (an error, a tunnel). */
  ms: number | null
}
