import type { Restoration } from '../contracts/backup.js'
import { backupPlace } from '../plan/backups/place.js'
import { declaredOf, takenNote } from './declared.js'
import { stepKind } from './kind.js'
import { says } from './lines.js'
import { instanceAt, type View } from './view.js'

/* An instance that is made of a backup. */

/** ms; what ends it is a lack of progress. */
const MOST_MS = 24 * 60 * 60_000

const inputOf = (view: View, { at, volumes, original }: Restoration) => ({
  ...instanceAt(view, at),
  topology: view.revision.topology.name,
  volumes,
  ...(original?.host === at.host ? { aside: original.name } : {}),
  operation: view.operation,
})

const summaryOf = ({ at, backup }: Restoration): string => `${at.name} on ${at.host}, ${backup.id}`

/** A backup is brought to its host, while what has its place runs on. */
export const fetchBackup = stepKind({
  kind: 'fetchBackup',
  words: ({ restoration }) => `fetch the backup of ${restoration.backup.takenAt}`,
  instance: ({ restoration }) => restoration.at.name,
  before: ({ restoration }) => ({ kind: 'dropFetched', at: restoration.at, restoration }),
  calls: ({ restoration }, view) => {
    const { at, backup } = restoration
    const place = backupPlace(view.revision, at.resource)
    if (place === null) throw new Error(`no revision says where backups of ${at.resource} are`)
    return [
      {
        activity: 'fetchBackup',
        input: {
          ...inputOf(view, restoration),
          ...{ resource: at.resource, place, backup: backup.id, declared: declaredOf(view, at) },
        },
        pace: 'lasting',
        waitMs: MOST_MS,
        summary: summaryOf(restoration),
      },
    ]
  },
  note: takenNote,
  commands: ({ restoration }) => [says(restoration.at, 'fetch the backup')],
})

/** What was fetched takes the place of what it is a backup of. */
export const placeFetched = stepKind({
  kind: 'placeFetched',
  words: () => 'put the restored data in place',
  instance: ({ restoration }) => restoration.at.name,
  before: ({ restoration }) => ({ kind: 'takeOut', from: restoration.original ?? restoration.at, restoration }),
  calls: ({ restoration }, view) => {
    const { at, backup, others } = restoration
    const { resource, index, color } = at
    const declared = declaredOf(view, at)
    return [
      {
        activity: 'placeFetched',
        input: {
          ...inputOf(view, restoration),
          ...{ resource, index, color, takenAt: backup.takenAt, declared },
          ...(others === undefined ? {} : { others, made: view.snapshot }),
        },
        pace: 'long',
        summary: summaryOf(restoration),
      },
    ]
  },
  commands: ({ restoration }) => [says(restoration.at, 'put the restored data in place')],
})

/** What did not come up in the place has it no more. */
export const takeOut = stepKind({
  kind: 'takeOut',
  words: () => 'take it out again',
  instance: ({ restoration }) => restoration.at.name,
  ends: true,
  // What had the place before must not run beside it.
  mustAnswer: true,
  calls: ({ restoration }, view) => [
    {
      activity: 'takeOutFetched',
      input: {
        ...inputOf(view, restoration),
        backup: restoration.backup.id,
        declared: declaredOf(view, restoration.at),
      },
      pace: 'long',
      summary: summaryOf(restoration),
    },
  ],
  commands: ({ restoration }) => [says(restoration.at, 'take it out again')],
})

/** What was fetched for nothing goes. */
export const dropFetched = stepKind({
  kind: 'dropFetched',
  words: () => 'delete what came from the backup',
  instance: ({ restoration }) => restoration.at.name,
  calls: ({ restoration }, view) => [
    { activity: 'dropFetched', input: inputOf(view, restoration), pace: 'long', summary: summaryOf(restoration) },
  ],
  commands: ({ restoration }) => [says(restoration.at, 'delete what came from the backup')],
})
