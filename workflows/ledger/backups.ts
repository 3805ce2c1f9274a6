import type { BackupEvent, BackupInput, BackupRound, LedgerState } from '../../src/contracts/index.js'
import { secondsWords } from '../../src/topology/units.js'
import { restoresIn } from './replication.js'
import { revisionOf } from './state.js'

/* What a ledger knows of backups. Pure: making them is a child's, between operations. */

/** Whether the stable revision has backups of anything. */
export const declaresBackups = (state: LedgerState): boolean =>
  Object.values(revisionOf(state, state.stable)?.topology.resources ?? {}).some(({ backup }) => backup !== undefined)

/** What is to be backed up between operations; null: nothing is. */
export function backupsOf(state: LedgerState): BackupInput | null {
  const { topology, current, dirty, history, backups = {} } = state
  const revision = revisionOf(state, state.stable)
  if (current !== null || state.behind !== undefined || revision === null || !declaresBackups(state)) return null
  return { topology, revision, dirty, known: backups, restores: restoresIn(history) }
}

/** What somebody should hear of: backups that fail, that are too old, and that are well again. */
export const backupEvents = (topology: string, { backups, changes }: BackupRound, now: string): BackupEvent[] => {
  const keys = [...new Set(changes.map(({ replica }) => replica))]
  return keys.flatMap((key): BackupEvent[] => {
    const record = backups[key]
    if (record === undefined) return []
    const to = changes.flatMap((change) => (change.replica === key ? [change.to] : []))
    const event = to.includes('late')
      ? 'backupLate'
      : to.includes('failed')
        ? 'backupFailed'
        : record.late === true || record.failed !== undefined
          ? null
          : 'backupRecovered'
    if (event === null) return []
    const { instance, at, since, failed } = record
    const age = secondsWords(Date.parse(now) - Date.parse(at ?? since))
    const reason =
      event === 'backupRecovered'
        ? null
        : event === 'backupFailed'
          ? (failed ?? null)
          : [at === undefined ? `no backup for ${age}` : `${age} old`, failed].filter(Boolean).join(': ')
    return [{ event, topology, instance, backedUpAt: at ?? null, reason, at: now }]
  })
}
