import type { InstanceState } from '../world/model.js'

/** The topology's own that live, by labels and by name. */
export const liveOf = (
  instances: ReadonlyMap<string, InstanceState>,
  { topology, bystanders }: { topology: string; bystanders: readonly { host: string; name: string }[] },
): InstanceState[] =>
  [...instances.values()].filter(
    ({ labels, host, name }) =>
      labels?.topology === topology &&
      labels.role === 'live' &&
      !bystanders.some((other) => other.host === host && other.name === name),
  )
