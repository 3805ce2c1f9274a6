import type { BackupStatusRow } from '../../contracts/inspect.js'
import type { ObservedInstance, Revision } from '../model.js'
import { isLate } from '../replication/age.js'
import { backedUpAt, wantedBackups } from './wanted.js'

/** How old the last backup of each instance is that a revision has backed up. @param silent - hosts that give no answer */
export const backupRows = (
  revision: Revision,
  observed: readonly ObservedInstance[],
  silent: readonly string[],
  now: number,
): BackupStatusRow[] =>
  wantedBackups(revision, observed).map((wanted) => {
    const { instance, resource, original, backup } = wanted
    const madeAt = backedUpAt(wanted, now)
    const { everyMs } = backup
    return {
      ...{ instance, resource, host: original?.host ?? null, madeAt },
      ageMs: madeAt === null ? null : Math.max(0, now - Date.parse(madeAt)),
      everyMs,
      state:
        original === null && silent.length > 0
          ? 'unknown'
          : madeAt === null
            ? 'missing'
            : isLate({ at: madeAt, since: madeAt }, { now, everyMs })
              ? 'late'
              : 'current',
    }
  })
