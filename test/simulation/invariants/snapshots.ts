import { isOurSnapshot } from '../../../src/naming/snapshot-names.js'
import type { Operation } from '../story.js'
import { placeOf, type InstanceState } from '../world/model.js'
import type { Invariant } from './invariant.js'
import { liveOf } from './live-of.js'

/** A snapshot that was asked for is there of each instance that was meant, or of none. What could not be taken back is named. */
export const snapshotOfAllOrNone: Invariant = {
  name: 'snapshot-of-all-or-none',
  atClose: ({ world, scenario }, operation) => {
    const { request } = operation.input
    const { ended, before, id } = operation
    if (request.kind !== 'snapshot' || request.remove === true || ended?.end == null) return null
    const { outcome, error } = ended.end.result
    const meant = new Set(liveOf(before, scenario).filter(isOf(request.resource)).map(placeOf))
    for (const [place, is] of world.instances) {
      const had = hasSnapshot(before.get(place), request.snapshot)
      const has = hasSnapshot(is, request.snapshot)
      if (outcome === 'succeeded' && meant.has(place) && (had || !has))
        return `${id} succeeded, but ${place} has ${had ? 'an older' : 'no'} ${request.snapshot}`
      if (has && !had && !meant.has(place)) return `${id} takes ${request.snapshot} of ${place}, which was not meant`
      const isTold = outcome === 'needsAttention' && error?.message.includes(is.name) === true
      if (has && !had && outcome !== 'succeeded' && !isTold)
        return `${id} is ${outcome} and leaves ${request.snapshot} of ${place}`
    }
    return null
  },
}

/** What was to be deleted is gone after success. */
export const deletedSnapshotIsGone: Invariant = {
  name: 'deleted-snapshot-is-gone',
  atClose: ({ world, scenario }, { id, input: { request }, ended, before }) => {
    if (request.kind !== 'snapshot' || request.remove !== true) return null
    if (ended?.end?.result.outcome !== 'succeeded') return null
    const meant = new Set(liveOf(before, scenario).filter(isOf(request.resource)).map(placeOf))
    const left = [...world.instances].find(([place, is]) => meant.has(place) && hasSnapshot(is, request.snapshot))
    return left === undefined ? null : `${id} succeeded, but ${left[0]} has ${request.snapshot}`
  },
}

/**
 * Snapshots that people took go with their instance, or when they are deleted by name, and never otherwise; those that operations took
 * are deleted by nobody's request.
 */
export const keepsNamedSnapshots: Invariant = {
  name: 'keeps-named-snapshots',
  atClose: ({ world }, { id, input: { request }, before }) => {
    const deletes = request.kind === 'snapshot' && request.remove === true
    for (const [place, was] of before) {
      const is = world.instances.get(place)
      if (is === undefined || is.data.volume !== was.data.volume) continue
      const gone = was.snapshots.filter(({ name }) => !hasSnapshot(is, name)).map(({ name }) => name)
      const isNamed = (name: string): boolean =>
        deletes && name === request.snapshot && isOf(request.resource)(was) && !isOurSnapshot(name)
      const lost = gone.find((name) => !isNamed(name) && (request.kind === 'snapshot' || !isOurSnapshot(name)))
      if (lost !== undefined) return `${id} (${request.kind}) deletes ${lost} of ${place}, which nobody named`
    }
    return null
  },
}

const hasSnapshot = (instance: InstanceState | undefined, wanted = ''): boolean =>
  instance?.snapshots.some(({ name }) => name === wanted) === true

const isOf =
  (resource: Operation['input']['request']['resource']) =>
  ({ labels }: InstanceState): boolean =>
    resource === undefined || labels?.resource === resource
