import type { Restoration } from '../../contracts/backup.js'
import { Cul8erError } from '../../errors.js'
import { someOf } from '../../some-of.js'
import { instanceName, type Color } from '../../naming/instance-names.js'
import { secondsWords } from '../../topology/units.js'
import type { ObservedInstance, Revision } from '../model.js'
import { oursOf } from '../ours.js'
import { liveInstance } from '../planned-change.js'
import { instanceSpec, replicaKey, type Replica } from '../specs.js'

export interface RestorationInput {
  revision: Revision
  observed: readonly ObservedInstance[]
  /** Hosts that give no answer. */
  silent: readonly string[]
  /** What the backup says of itself. */
  backup: Replica & { id: string; takenAt: string; host: string; volumes: readonly string[] }
  /** Where it is to be restored; absent: where what it is of lives, or lived. */
  on?: string | undefined
  force: boolean
  now: number
}

/**
 * The instance that a backup becomes: beside what has its place now, under a name that is free.
 * @throws Cul8erError NOT_FOUND where nothing declares it; UNREACHABLE; DATA_LOSS while what it is of may run on a host that gives no answer,
 * unless `force` says that it does not
 */
export function restorationOf({ revision, observed, silent, backup, on, force, now }: RestorationInput): Restoration {
  const { name: topology, hosts, resources } = revision.topology
  const { resource, index, id, takenAt } = backup
  const replica = { resource, index }
  const declared = resources[resource]
  const isPlace =
    declared !== undefined &&
    (declared.replicas === null) === (index === null) &&
    (index ?? 0) <= (declared.replicas ?? 0)
  if (!isPlace) {
    throw new Cul8erError('NOT_FOUND', `revision ${revision.number} does not declare what backup ${id} is of`, {
      final: true,
      hint: `deploy a revision that declares ${instanceName(topology, resource, index)} first`,
    })
  }
  const ours = oursOf(topology, observed).filter(({ labels }) => replicaKey(labels) === replicaKey(replica))
  const live = ours.filter(({ labels }) => labels.role === 'live')
  const [original, ...others] = live
  if (others.length > 0) {
    throw new Cul8erError(
      'NEEDS_ATTENTION',
      `${original?.name} lives on ${live.map((each) => each.host).join(' and ')}`,
      {
        hint: 'stop and remove all but one of them first',
      },
    )
  }
  const host = on ?? original?.host ?? backup.host
  if (original === undefined && silent.length > 0 && !force) {
    const away = silent.includes(backup.host) ? backup.host : (silent[0] ?? backup.host)
    throw new Cul8erError(
      'DATA_LOSS',
      `host ${away} gives no answer: if ${instanceName(topology, resource, index)} still runs there, there would be two that write; what was written since ${takenAt} (${secondsWords(now - Date.parse(takenAt))}) is lost`,
      {
        hint: `--force says that ${away} is switched off or cut off for good, and restores the backup on ${host}`,
        details: { host: away, backup: id },
      },
    )
  }
  if (hosts[host] === undefined) {
    throw new Cul8erError('NOT_FOUND', `${topology} has no host ${host}`, {
      final: true,
      hint: `give --host with one of ${someOf(Object.keys(hosts), 12)}`,
    })
  }
  if (silent.includes(host)) {
    throw new Cul8erError('UNREACHABLE', `host ${host} gives no answer`, { hint: 'give another one with --host' })
  }
  // What is back later must be known to have been restored elsewhere.
  if (original === undefined && on === undefined && silent.length > 0) {
    throw new Cul8erError('USAGE', `host ${silent.join(', ')} gives no answer: where is ${id} to be restored?`, {
      hint: 'give a host with --host',
    })
  }
  const color = freeName(observed, topology, replica, host)
  const spec = instanceSpec(revision, replica, host, color)
  const volumes = (spec.volumes ?? []).filter(({ device }) => backup.volumes.includes(device))
  const since = (spec.volumes ?? []).filter((volume) => !volumes.includes(volume))
  const missing = backup.volumes.filter((volume) => !volumes.some(({ device }) => device === volume))
  if (missing.length > 0) {
    throw new Cul8erError('NOT_FOUND', `${resource} has no volume ${missing.join(', ')}, which backup ${id} holds`, {
      final: true,
      hint: 'declare it, and deploy that first: the data would be left behind',
    })
  }
  return {
    backup: { id, takenAt, host: backup.host },
    at: {
      ...{ name: spec.name, ...replica, color, host, address: null, role: 'live', stateful: true },
      ...{ revision: original?.labels.revision ?? revision.number, digest: original?.labels.digest ?? spec.digest },
      ...(spec.volumes === undefined || spec.volumes.length === 0
        ? {}
        : { volumes: spec.volumes.map(({ pool, name }) => ({ pool, name })) }),
    },
    volumes,
    ...(since.length === 0 ? {} : { others: since }),
    ...(original === undefined ? {} : { original: liveInstance(original) }),
  }
}

const COLORS: readonly Color[] = ['', 'green', 'blue']

/** What was put aside keeps its name, whoever's it is. */
function freeName(
  observed: readonly ObservedInstance[],
  topology: string,
  { resource, index }: Replica,
  host: string,
): Color {
  const color = COLORS.find((each) => {
    const name = instanceName(topology, resource, index, each)
    return !observed.some((instance) => instance.host === host && instance.name === name)
  })
  if (color !== undefined) return color
  const names = COLORS.map((each) => instanceName(topology, resource, index, each))
  throw new Cul8erError('NAME_CLASH', `host ${host} has no free name for the restored instance: ${names.join(', ')}`, {
    hint: 'delete those that an earlier restore stopped and kept, once you know that nothing of them is needed',
  })
}
