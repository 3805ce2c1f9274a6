import type { BackupRow, InstanceStatusRow, LedgerState, ReplicaStatusRow, SnapshotRow } from '../../contracts/index.js'
import type { Revision } from '../../plan/model.js'
import type { OperationHooks } from '../../topology/hooks.js'
import type { Topology } from '../../topology/model.js'
import { commandWords } from '../../steps/command-words.js'
import type { Palette } from '../palette.js'
import { ago, moment } from './duration.js'
import { plural } from '../../plural.js'
import { someOf } from '../../some-of.js'

/** Where a rollback goes, before its plan: `shop goes back from revision 3 (web shop@1.1.0) to revision 2 (web shop@1.0.0)`. */
export function rollbackHead({ topology, revisions, desired }: LedgerState, to: Revision, colors: Palette): string {
  const from = revisions.find(({ number }) => number === desired)
  const where = `revision ${to.number}${releasesOf(to.topology)}, deployed ${moment(to.createdAt)}`
  return from === undefined
    ? `${colors.bold(topology)} goes to ${where}`
    : `${colors.bold(topology)} goes from revision ${from.number}${releasesOf(from.topology)} to ${where}`
}

/** ` (web shop@1.0.0, worker jobs@2.1.0)`; nothing where nothing is released. */
export function releasesOf({ resources }: Topology): string {
  const releases = Object.entries(resources).flatMap(([name, { deploy }]) =>
    deploy === null ? [] : [`${name} ${deploy.release}${deploy.version === null ? '' : `@${deploy.version}`}`],
  )
  return releases.length === 0 ? '' : ` (${releases.join(', ')})`
}

/** What a destroy removes, with the data by name. Volumes of earlier revisions go as well. */
export function destroyLines(
  { name: topology, hosts, resources }: Pick<Topology, 'name' | 'hosts' | 'resources'>,
  instances: readonly Pick<InstanceStatusRow, 'name' | 'host' | 'resource' | 'state'>[],
  colors: Palette,
): string[] {
  const there = instances.filter(({ state }) => state !== 'Missing')
  const data = Object.entries(resources).flatMap(([resource, { stateful, volumes = {} }]) => [
    ...(stateful && namesOf(there, resource) !== '' ? [`the data inside ${namesOf(there, resource)}`] : []),
    ...Object.keys(volumes).map((volume) => `volume ${volume} of each instance of ${resource}`),
  ])
  const ports = Object.values(resources).flatMap(({ expose }) => expose.map(({ as }) => as))
  const onHosts = [...new Set(there.map(({ host }) => host))]
  return [
    `${colors.bold(topology)} loses`,
    ...(there.length === 0
      ? [`  no instances: none were found on ${Object.keys(hosts).join(', ')}`]
      : [
          `  ${plural(there.length, 'instance')} on ${onHosts.join(', ')}: ${some(there.map(({ name }) => name))}, with their snapshots`,
        ]),
    ...data.map((line) => `  ${colors.red('!')} ${line}`),
    ...(ports.length === 0
      ? []
      : [`  the public ${ports.length === 1 ? 'port' : 'ports'} ${[...new Set(ports)].join(', ')}`]),
  ]
}

/** What is run before and after, one line each. */
export const hookLines = (hooks: OperationHooks | null): string[] =>
  hooks === null
    ? []
    : [hooks.before, hooks.after].flatMap(({ name, hooks: each }) =>
        each.map(({ command }) => `  ${name}: the worker runs ${commandWords(command)}`),
      )

/** What a restore goes back to, and what is lost by it. */
export function restoreLines(
  topology: Pick<Topology, 'resources'>,
  snapshots: readonly SnapshotRow[],
  { snapshot, resource }: { snapshot: string; resource?: string },
  colors: Palette,
  nowMs = Date.now(),
): string[] {
  const there = snapshots.filter(
    (row) => row.name === snapshot && (resource === undefined || row.resource === resource),
  )
  if (there.length === 0) return []
  return [
    `${colors.bold(snapshot)} is restored on`,
    ...there.map(({ instance, host, resource: of, createdAt }) => {
      const { stateful, volumes = {} } = topology.resources[of] ?? { stateful: false }
      const data = [...(stateful ? ['its data'] : []), ...Object.keys(volumes).map((volume) => `volume ${volume}`)]
      const loses = data.length === 0 ? '' : `, with ${data.join(' and ')}`
      return `  ${data.length === 0 ? ' ' : colors.red('!')} ${instance} on ${host}${loses}: what was written since ${moment(createdAt)} (${ago(createdAt, nowMs)}) is lost`
    }),
  ]
}

/** What a restore from a backup makes, and what is lost by it. */
export const backupLine = (
  { instance, host, takenAt }: Pick<BackupRow, 'instance' | 'host' | 'takenAt'>,
  on: string | undefined,
  colors: Palette,
  nowMs = Date.now(),
): string =>
  `  ${colors.red('!')} ${instance} becomes what it was on ${host} at ${moment(takenAt)}${on === undefined ? '' : `, on ${on}`}: what was written since (${ago(takenAt, nowMs)}) is lost; what is there is stopped, and stays`

/** What becomes live by a restore from copies, and what is lost by it. */
export const copyLines = (
  copies: readonly Pick<ReplicaStatusRow, 'instance' | 'from' | 'host' | 'copiedAt'>[],
  colors: Palette,
  nowMs = Date.now(),
): string[] =>
  copies.flatMap(({ instance, from, host, copiedAt }) =>
    copiedAt === null
      ? []
      : [
          `  ${colors.red('!')} ${instance} lives on ${host}${from === null ? '' : ` instead of ${from}`}: what was written since ${moment(copiedAt)} (${ago(copiedAt, nowMs)}) is lost`,
        ],
  )

const namesOf = (rows: readonly { name: string; resource: string }[], resource: string): string =>
  some(rows.filter((row) => row.resource === resource).map(({ name }) => name))

/** More than fit on a line are counted. */
const some = (names: readonly string[]): string => someOf(names, 8)
