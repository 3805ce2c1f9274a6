/** What may go wrong by itself, with its chance at each occasion; 0 or absent: never. */
export const FAULTS = {
  /** An attempt of an activity fails before it did anything; it is tried again. */
  fails: 0.03,
  /** It did its work and fails all the same. */
  failsAfterwards: 0.02,
  /** It fails in a way that no retry mends. */
  failsForGood: 0.015,
  /** It did its work, but its worker is gone before it could say so. */
  answerLost: 0.02,
  /** It hangs until its time is over; half of the time it did its work. */
  hangs: 0.01,
  /** The worker dies, by step of the simulation: every workflow is replayed. */
  workerDies: 0.004,
  /** Continuing as new is suggested, by workflow task. */
  continueAsNew: 0.02,
} as const
export type Fault = keyof typeof FAULTS
export type Faults = Partial<Record<Fault, number>>
