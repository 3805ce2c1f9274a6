import { SOONEST_BACKUP_MS } from '../limits.js'
import { describe, problem, type Finding } from '../problem.js'
import { valueAt } from '../prune.js'
import { formatDuration } from '../units.js'
import type { Draft } from './draft.js'
import { outOfReach } from './out-of-reach.js'

/**
 * Backups of what holds nothing or cannot be exported, that never end, or are made where nobody finds them again, and buckets that nobody says
 * how to reach.
 */
export function checkBackup({ raw, sound, resources }: Draft): Finding[] {
  return resources.flatMap((name) => {
    const path = ['resources', name, 'backup']
    if (valueAt(raw, path) === undefined) return []
    if (valueAt(raw, ['resources', name, 'stateful']) !== true) {
      return [problem(path, `it for ${name}, which is not stateful`, 'it for a stateful resource')]
    }
    const to = valueAt(raw, [...path, 'to'])
    const s3 = valueAt(raw, [...path, 's3'])
    const isBucket = typeof to === 'string' && to.startsWith('s3://')
    const { backup, on = [] } = sound?.topology.resources[name] ?? {}
    const emulated = on.find((host) => sound?.topology.hosts[host]?.kind === 'emulated')
    const apart = sound === null ? undefined : outOfReach(sound.topology, on)
    const atSite = on.map((host) => sound?.topology.hosts[host]?.site).find((site) => site !== undefined)
    return [
      ...(isBucket && s3 === undefined
        ? [problem([...path, 's3'], 'nothing', 'the endpoint and the keys of the storage that has the bucket')]
        : []),
      ...(!isBucket && s3 !== undefined ? [problem([...path, 's3'], 'it for a folder', 'it for an s3:// bucket')] : []),
      ...(emulated === undefined
        ? []
        : [problem(path, `it on ${describe(emulated)}, an emulated host`, 'it on hosts with Incus')]),
      ...(apart === undefined
        ? []
        : [
            problem(
              path,
              `it on ${describe(apart)}, and hosts of other sites`,
              'all hosts of the topology at one site',
            ),
          ]),
      ...(apart === undefined && atSite !== undefined && backup?.to.kind === 'folder'
        ? [
            problem(
              [...path, 'to'],
              `a folder, for hosts at site ${atSite}`,
              'an s3:// bucket, which every worker reaches',
            ),
          ]
        : []),
      ...keysOf(raw, path),
      ...(backup === undefined || backup.everyMs >= SOONEST_BACKUP_MS
        ? []
        : [
            problem(
              [...path, 'every'],
              formatDuration(backup.everyMs),
              `at least ${formatDuration(SOONEST_BACKUP_MS)}: each backup is a whole one`,
            ),
          ]),
    ]
  })
}

/** No environment names these secrets: their key must say where they are. */
function keysOf(raw: unknown, path: readonly string[]): Finding[] {
  return [
    [...path, 'key'],
    [...path, 's3', 'accessKey'],
    [...path, 's3', 'secretKey'],
  ].flatMap((at) => {
    const secret = valueAt(raw, [...at, 'secret'])
    if (typeof secret !== 'object' || secret === null || 'key' in secret) return []
    return [problem([...at, 'secret'], 'no key', 'a key: a variable name, a file or a command line')]
  })
}
