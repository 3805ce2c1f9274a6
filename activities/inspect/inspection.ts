import type { InspectAnswers, InspectKind, InspectRequests } from '../../src/contracts/index.js'
import type { ActivityDeps } from '../deps.js'

/** One kind of look at the world; it changes nothing, but for `cordon`. */
export type Inspection<Kind extends InspectKind> = (
  deps: ActivityDeps,
  request: InspectRequests[Kind],
  signal: AbortSignal,
) => Promise<InspectAnswers[Kind]>
