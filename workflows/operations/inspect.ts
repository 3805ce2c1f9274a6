import type { InspectRequest, InspectResult } from '../../src/contracts/index.js'
import { quick } from '../engine/activities.js'

/** A look at the world from where the workers are; changes nothing. */
export async function inspect(request: InspectRequest): Promise<InspectResult> {
  return quick({ summary: request.kind }).inspect(request)
}
