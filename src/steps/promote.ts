import { restoreSnapshot, restoreVolumeSnapshot, stopInstance } from '../incus/index.js'
import { declaredOf, takenNote } from './declared.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt, type View } from './view.js'
import type { Promotion } from '../plan/replication/promotion.js'

const inputOf = (view: View, { at, snapshot, copiedAt }: Promotion) => ({
  ...instanceAt(view, at),
  topology: view.revision.topology.name,
  snapshot,
  copiedAt,
})

/** A copy takes the place of its original, as of the last snapshot that is whole. */
export const promote = stepKind({
  kind: 'promote',
  words: ({ promotion }) => `restore the copy of ${promotion.copiedAt}`,
  instance: ({ promotion }) => promotion.at.name,
  // Its original does not come back while this one may run: nobody knows what a host does that gives no answer.
  before: ({ promotion, oneWayBack }) =>
    oneWayBack === true && promotion.original !== undefined
      ? { kind: 'revive', from: promotion.original, moves: true, copy: promotion }
      : { kind: 'demote', from: promotion.at, promotion },
  calls: ({ promotion }, view) => [
    {
      activity: 'promoteCopy',
      input: { ...inputOf(view, promotion), operation: view.operation, declared: declaredOf(view, promotion.at) },
      pace: 'long',
      summary: `${promotion.at.name} on ${promotion.at.host}`,
    },
  ],
  note: takenNote,
  commands: ({ promotion: { at, snapshot } }, { revision }) => [
    ...(at.volumes ?? []).map((volume) =>
      line(at, 'restore', restoreVolumeSnapshot(volume, snapshot, revision.topology)),
    ),
    line(at, 'restore', restoreSnapshot(at.name, snapshot, revision.topology)),
  ],
})

/** What did not come up in the place of its original is a copy again. */
export const demote = stepKind({
  kind: 'demote',
  words: () => 'make it a copy again',
  instance: ({ promotion }) => promotion.at.name,
  ends: true,
  mustAnswer: true,
  calls: ({ promotion }, view) => [
    {
      activity: 'demoteCopy',
      input: { ...inputOf(view, promotion), from: promotion.from },
      pace: 'quick',
      summary: `${promotion.at.name} on ${promotion.at.host}`,
    },
  ],
  commands: ({ promotion: { at } }, { revision }) => [
    line(at, 'stop', stopInstance(at.name, { ...revision.topology, force: true })),
  ],
})
