import type { InspectAnswers, InspectKind, InspectRequest } from '../../src/contracts/index.js'
import { quick } from '../engine/activities.js'

/** A look at the world from where the workers are, for servers without standalone activities; changes nothing, but for `cordon`. */
export async function inspect<Kind extends InspectKind>(request: InspectRequest<Kind>): Promise<InspectAnswers[Kind]> {
  return quick({ summary: request.kind }).inspect(request)
}
