import type { OperationResult } from '../../contracts/index.js'

/** How an operation ended, for people; JSON has the keys. */
export const OUTCOMES: Record<OperationResult['outcome'], string> = {
  succeeded: 'succeeded',
  rolledBack: 'rolled back',
  held: 'held for your decision',
  needsAttention: 'needs attention',
  failed: 'failed',
}
