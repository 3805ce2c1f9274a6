import type { ReplicaStatusRow } from '../../contracts/inspect.js'
import type { ObservedInstance, Revision } from '../model.js'
import { isLate } from './age.js'
import { replicaOf, wantedCopies } from './copies.js'

/** The copies that a revision declares, as their hosts show them. @param silent - hosts that give no answer */
export const replicaRows = (
  revision: Revision,
  observed: readonly ObservedInstance[],
  silent: readonly string[],
  now: number,
): ReplicaStatusRow[] =>
  wantedCopies(revision, observed).map((copy) => {
    const { instance, resource, host, original, replicate } = copy
    const labels = replicaOf(copy, now)
    const copiedAt = labels?.at ?? null
    const { everyMs } = replicate
    return {
      ...{ instance, resource, from: original?.host ?? labels?.from ?? null, host, copiedAt },
      ageMs: copiedAt === null ? null : Math.max(0, now - Date.parse(copiedAt)),
      everyMs,
      state: silent.includes(host)
        ? 'unknown'
        : copiedAt === null
          ? 'missing'
          : isLate({ at: copiedAt, since: copiedAt }, { now, everyMs })
            ? 'late'
            : 'current',
    }
  })
