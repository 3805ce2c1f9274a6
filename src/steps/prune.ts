import { deleteSnapshot } from '../incus/index.js'
import { placeKey } from '../plan/place-key.js'
import { isDirty } from '../plan/half-done.js'
import { isOurSnapshot } from '../naming/snapshot-names.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt, strategyOf, type Prediction } from './view.js'

/** The oldest of our snapshots beyond those that are kept. */
export const prune = stepKind({
  kind: 'prune',
  words: () => 'prune snapshots',
  instance: ({ at }) => at.name,
  // A failed restore may still need the newest one.
  skip: ({ at }, { dirty }) => isDirty(dirty, at),
  calls: ({ at, spent }, view) => [
    {
      activity: 'pruneSnapshots',
      input: {
        ...instanceAt(view, at),
        keep: strategyOf(view).rollback.keepSnapshots,
        ...(spent === undefined ? {} : { spent }),
        ...(at.volumes === undefined ? {} : { volumes: at.volumes }),
      },
      pace: 'quick',
      summary: at.name,
    },
  ],
  foreseen: ({ at }, prediction) => superfluous(prediction, at).length > 0,
  commands: ({ at }, prediction) =>
    superfluous(prediction, at).map((name) =>
      line(at, 'prune', deleteSnapshot(at.name, name, prediction.revision.topology)),
    ),
})

/** Counting the one that the operation takes. */
function superfluous(prediction: Prediction, at: { host: string; name: string }): string[] {
  const observed = prediction.observed.find((each) => placeKey(each) === placeKey(at))
  return (observed?.snapshots ?? [])
    .filter(({ name }) => isOurSnapshot(name))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
    .map(({ name }) => name)
    .concat(prediction.snapshot)
    .slice(0, -strategyOf(prediction).rollback.keepSnapshots || undefined)
}
