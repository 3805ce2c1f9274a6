import type { Resource } from './model.js'

/**
 * Whether two instances of one place of a resource must never run at the same time: it is stateful, or it has volumes, which would
 * have two writers. It is changed in place, the old instance first.
 */
export const holdsData = ({ stateful, volumes }: Pick<Resource, 'stateful' | 'volumes'>): boolean =>
  stateful || volumes !== undefined
