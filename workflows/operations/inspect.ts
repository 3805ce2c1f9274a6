import type { InspectAnswers, InspectKind, InspectRequest } from '../../src/contracts/index.js'
import { quick, relaying } from '../engine/activities.js'

/** A look at the world from where the workers are, for servers without standalone activities; changes nothing, but for `cordon`. */
export async function inspect<Kind extends InspectKind>(request: InspectRequest<Kind>): Promise<InspectAnswers[Kind]> {
  const asked: { kind: InspectKind } = request
  if (isRelayed(asked)) return relaying(asked).inspect(request)
  return quick({ summary: request.kind }).inspect(request)
}

const isRelayed = (request: { kind: InspectKind }): request is InspectRequest<'relayed'> => request.kind === 'relayed'
