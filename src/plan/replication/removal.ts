import { Cul8erError } from '../../errors.js'
import { attachedVolumes } from '../attached-volumes.js'
import { isDirty } from '../half-done.js'
import type { ObservedInstance, Revision } from '../model.js'
import { oursOf } from '../ours.js'
import { liveInstance, type PlannedChange } from '../planned-change.js'
import { replicaKey } from '../specs.js'
import type { VolumeGone } from '../volumes.js'
import { undeclaredCopies, type Copy } from './copies.js'

/** Copies that are not declared any more. */
export interface CopiesGone {
  changes: PlannedChange[]
  /** Theirs, to be deleted after them. */
  volumes: VolumeGone[]
  /** What is lost because that was forced. */
  losses: string[]
}

/**
 * What becomes of copies that are not declared any more: they are deleted, for they hold nothing that their originals do not. One whose
 * original was left half changed stays until that is mended, unless `force`.
 * @throws Cul8erError DATA_LOSS where an original does not run, unless `force`
 */
export function copiesGone(
  revision: Revision,
  observed: readonly ObservedInstance[],
  { force, dirty = [] }: { force: boolean; dirty?: readonly string[] },
): CopiesGone {
  // As long as nobody put in order what it is a copy of, it is in nobody's way.
  const stays = ({ name, labels }: Copy): boolean => !force && isDirty(dirty, { name, host: labels.replica.from })
  const gone = undeclaredCopies(revision, observed).filter((copy) => !stays(copy))
  if (gone.length === 0) return { changes: [], volumes: [], losses: [] }
  const { name: topology } = revision.topology
  const running = new Set(
    oursOf(topology, observed)
      .filter(({ labels, status }) => labels.role === 'live' && status === 'Running')
      .map(({ labels }) => replicaKey(labels)),
  )
  const last = gone.filter(({ labels }) => !running.has(replicaKey(labels)))
  const [first] = last
  if (first !== undefined && !force) throw lastCopy(first)
  return {
    changes: gone.map(deletion),
    volumes: gone.flatMap((copy) =>
      attachedVolumes(copy, topology, copy.labels).map((volume) => ({
        ...volume,
        host: copy.host,
        resource: copy.labels.resource,
        replica: true as const,
      })),
    ),
    losses: last.map(
      ({ name, host }) => `--force: the copy of ${name} on ${host} is deleted, and its original does not run`,
    ),
  }
}

function deletion(copy: Copy): PlannedChange {
  const { name, host, labels } = copy
  return {
    action: 'delete',
    resource: labels.resource,
    instance: name,
    host,
    reasons: ['a copy that `replicate` no longer declares, with its data; the original stays'],
    drift: false,
    index: labels.index,
    color: labels.color,
    from: liveInstance(copy),
  }
}

const lastCopy = ({ name, host, labels }: Copy): Cul8erError =>
  new Cul8erError(
    'DATA_LOSS',
    `the copy of ${name} on ${host} would be deleted, and its original on ${labels.replica.from} does not run`,
    {
      hint: `start the original, or cul8er restore --from-replica ${host}; --force deletes the copy all the same`,
      details: { instance: name, host },
    },
  )
