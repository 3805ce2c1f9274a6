import { wholeBackups } from '../../src/backups/list.js'
import type { BackupList } from '../../src/contracts/index.js'
import { openBackupsOf } from '../backup-store.js'
import type { Inspection } from './inspection.js'

/** Backups of a topology in the places that its revision names. */
export const inspectBackups: Inspection<'backups'> = async (deps, { topology, revision, resource: only }, signal) => {
  const resources = Object.entries(revision.topology.resources).filter(
    ([name, { backup }]) => backup !== undefined && (only === undefined || name === only),
  )
  const lists = await Promise.all(
    resources.map(async ([name]): Promise<BackupList> => {
      const { store, key } = await openBackupsOf(revision, name, deps, signal)
      const found = await wholeBackups({ store, topology, key }, signal)
      const own = found.backups.filter(({ resource }) => resource === name)
      const unusable = (ids: string[], why: 'otherKey' | 'broken') =>
        ids
          .filter((id) => id.startsWith(`${name.replaceAll('_', '-').toLowerCase()}-`))
          .map((id) => ({ id, in: store.words, why }))
      return {
        backups: own.map(({ id, resource, instance, host, takenAt, parts }) => ({
          ...{ id, resource, instance, host, takenAt, in: store.words },
          bytes: parts.reduce((sum, { size }) => sum + size, 0),
        })),
        unusable: [...unusable(found.otherKey, 'otherKey'), ...unusable(found.broken, 'broken')],
      }
    }),
  )
  return {
    backups: lists.flatMap(({ backups }) => backups).sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1)),
    unusable: lists.flatMap((each) => each.unusable),
  }
}
