import { SOONEST_REPLICA_MS } from '../limits.js'
import { describe, problem, type Finding } from '../problem.js'
import { valueAt } from '../prune.js'
import { formatDuration } from '../units.js'
import type { Host, Resource } from '../model.js'
import type { Draft } from './draft.js'
import { outOfReach } from './out-of-reach.js'

/** Copies of what holds nothing, copies beside their original, and copies that never end. */
export function checkReplication({ raw, sound, resources }: Draft): Finding[] {
  return resources.flatMap((name) => {
    const path = ['resources', name, 'replicate']
    if (valueAt(raw, path) === undefined) return []
    if (valueAt(raw, ['resources', name, 'stateful']) !== true) {
      return [problem(path, `it for ${name}, which is not stateful`, 'it for a stateful resource')]
    }
    const resource = sound?.topology.resources[name]
    if (resource?.replicate === undefined) return []
    const { everyMs } = resource.replicate
    return [
      ...(everyMs >= SOONEST_REPLICA_MS
        ? []
        : [
            problem(
              [...path, 'every'],
              formatDuration(everyMs),
              `at least ${formatDuration(SOONEST_REPLICA_MS)}: each copy takes a snapshot`,
            ),
          ]),
      ...ownHosts(raw, name, resource, sound?.topology.hosts ?? {}),
      ...acrossSites(path, resource, sound),
    ]
  })
}

/** What looks after copies does so for the whole topology, and reaches all that it copies from and to. */
function acrossSites(path: string[], { on, replicate }: Resource, sound: Draft['sound']): Finding[] {
  const apart = sound === null ? undefined : outOfReach(sound.topology, [...on, ...(replicate?.to ?? [])])
  return apart === undefined
    ? []
    : [problem(path, `it on ${describe(apart)}, and hosts of other sites`, 'all hosts of the topology at one site')]
}

function ownHosts(raw: unknown, name: string, resource: Resource, hosts: Record<string, Host>): Finding[] {
  const { on, replicate } = resource
  const path = ['resources', name, 'replicate', 'to']
  const written = valueAt(raw, path)
  const everywhere = valueAt(raw, ['resources', name, 'on']) === undefined
  const isEmulated = (host: string): boolean => hosts[host]?.kind === 'emulated'
  return (replicate?.to ?? []).flatMap((host, index): Finding[] => {
    if (hosts[host] === undefined) return []
    const at = Array.isArray(written) ? [...path, index] : path
    if (on.includes(host)) {
      const found = everywhere
        ? `${describe(host)}, where ${name} itself may run`
        : `${describe(host)}, a host of ${name}`
      return [
        problem(at, found, everywhere ? `other hosts than those in \`on\`, which is needed here` : 'another host'),
      ]
    }
    const other = on.find((each) => hosts[each] !== undefined && isEmulated(each) !== isEmulated(host))
    return other === undefined
      ? []
      : [
          problem(
            at,
            `${describe(host)}, from ${other}`,
            'emulated hosts for what runs on emulated hosts, others for others',
          ),
        ]
  })
}
