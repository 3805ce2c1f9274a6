import type { InstanceSpec, Revision } from './model.js'
import { instanceSpec } from './specs.js'
import type { LiveInstance } from './work.js'

/**
 * What an instance was declared as, if the stable revision made it so; null: not known. Equal digests say that it did; and so does
 * its revision, for another version of cul8er may digest the same declaration differently.
 */
export function formerSpec(base: Revision | null, from: LiveInstance): InstanceSpec | null {
  const seat = from.formerly ?? from
  if (base?.topology.resources[seat.resource] === undefined) return null
  const spec = instanceSpec(base, seat, from.host, from.slot)
  return spec.digest === from.digest || from.revision === base.number ? spec : null
}
