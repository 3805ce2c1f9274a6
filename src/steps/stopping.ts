import type { Revision } from '../plan/model.js'

/** How long an instance may take to stop before it is stopped by force, ms. */
export const STOP_MS = 30_000

export const stopOptions = ({ topology: { project } }: Revision): { project: string | null; timeoutS: number } => ({
  project,
  timeoutS: STOP_MS / 1000,
})
