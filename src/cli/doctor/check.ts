/** One thing that doctor looked at. */
export interface Check {
  name: string
  /** warning: something works less well, or not at all where it is needed. */
  outcome: 'ok' | 'warning' | 'failure'
  found: string
  /** What to do. */
  hint?: string
}
