import type { InstanceStatusRow } from '../../contracts/index.js'
import type { Underway } from '../../client/doing.js'
import { durationWords, secondsWords } from '../../topology/units.js'
import type {
  Ended,
  HostApart,
  BackupStatus,
  ReplicaStatus,
  ScalingStatus,
  Status,
  UnhealthyStatus,
  UnreachableHost,
} from '../../client/status.js'
import { doingWords } from './steps.js'
import type { Palette } from '../palette.js'
import { ago, due, elapsed, moment } from './duration.js'
import { OUTCOMES } from './outcomes.js'
import { table } from './table.js'
import { plural } from '../../plural.js'

/** What is deployed and how it is, for people. */
export function statusText(
  {
    topology,
    revision,
    operation,
    lastOperation,
    dirty,
    behind,
    left = [],
    noRoom = [],
    apart = [],
    ttl,
    healthy,
    unhealthy = [],
    unreachable = [],
    instances,
    scaling = [],
    replicas = [],
    backups = [],
  }: Status,
  colors: Palette,
): string {
  const mark = healthy ? colors.green('✔') : colors.red('✘')
  const how = revision.desired === null ? 'nothing is deployed' : healthy ? 'healthy' : 'not healthy'
  // Without a stable revision a rollback has nowhere to go.
  const way = revision.stable === null ? 'destroy' : 'rollback'
  const number = (value: number | null): string => (value === null ? '-' : String(value))
  return [
    `${mark} ${colors.bold(topology)}: ${how}`,
    `  revision: desired ${number(revision.desired)}, stable ${number(revision.stable)}, attempted ${number(revision.attempted)}`,
    operation === null
      ? '  no operation in progress'
      : `  in progress: ${operation.kind} ${operation.id}, ${operation.step} (for ${elapsed(operation.startedAt)})`,
    ...(operation?.doing ?? []).flatMap((doing) => doingLine(doing)),
    ...(operation === null ? lastLines(topology, lastOperation, revision, colors) : []),
    ...(behind === undefined
      ? []
      : [`  ${colors.red('✘')} ${behind.message}`, `    ${colors.dim(`→ ${behind.hint ?? ''}`)}`]),
    ...(dirty.length === 0 || operation !== null
      ? []
      : [`  dirty: ${dirty.join(', ')}; cul8er ${way} ${topology} or cul8er deploy ${topology} repairs this`]),
    ...left.map(leftLine),
    ...(noRoom.length === 0
      ? []
      : [`  ${colors.red('✘')} no other host has room for ${noRoom.join(', ')}; tried again`]),
    ...apart.map((each) => `  ${colors.yellow('!')} ${apartWords(each)}`),
    ...unreachable.flatMap((each) => unreachableLines(topology, each, colors)),
    ...unhealthy.map((each) => `  ${unhealthyWords(topology, each, colors)}`),
    ...scaling.map((each) => `  ${scalingWords(each)}`),
    ...ttlLine({ ttl, operation, behind }),
    ...(instances.length === 0 ? ['  no instances'] : ['', instancesTable(instances, colors)]),
    ...(replicas.length === 0 ? [] : ['', replicasTable(replicas, colors)]),
    ...replicas.flatMap(({ instance, host, failed }) =>
      failed === undefined ? [] : [`  ${colors.yellow('!')} the copy of ${instance} on ${host}: ${failed}`],
    ),
    ...(backups.length === 0 ? [] : ['', backupsTable(backups, colors)]),
    ...backups.flatMap(({ instance, failed }) =>
      failed === undefined ? [] : [`  ${colors.yellow('!')} the backup of ${instance}: ${failed}`],
    ),
  ].join('\n')
}

/** What becomes of it by itself, and when. A time that has passed waits for what is in progress, or for a person. */
function ttlLine({ ttl, operation, behind }: Pick<Status, 'ttl' | 'operation' | 'behind'>): string[] {
  if (ttl === null || operation?.kind === 'destroy') return []
  if (behind !== undefined) return [`  its ttl (${moment(ttl)}) is of the older state: nothing is destroyed by it`]
  if (Date.parse(ttl) > Date.now()) return [`  will be destroyed ${due(ttl)}`]
  const over = `  its ttl ended ${ago(ttl)}: it will be destroyed`
  if (operation === null) return [over]
  const renews = operation.kind === 'deploy' || operation.kind === 'rollback'
  return [`${over} after the ${operation.kind} in progress${renews ? ', unless that renews the ttl' : ''}`]
}

/** `    shop-web-1: http://localhost:4000/health: HTTP 500, 12 probes (13 s of 1 m)`. */
function doingLine(doing: Underway): string[] {
  const words = doingWords(doing)
  if (words === undefined) return []
  const { instance, ms, mostMs } = doing
  const time =
    ms === undefined
      ? ''
      : ` (${durationWords(Math.floor(ms / 1000) * 1000)}${mostMs === undefined ? '' : ` of ${durationWords(mostMs)}`})`
  return [`    ${instance === undefined ? '' : `${instance}: `}${words}${time}`]
}

/** What a person who comes back should know: nothing that went well. */
function lastLines(
  topology: string,
  last: Status['lastOperation'],
  { stable }: Status['revision'],
  colors: Palette,
): string[] {
  if (last === null || (last.outcome === 'succeeded' && last.warnings === undefined)) return []
  const { operation, kind, outcome, revision, endedAt, error, warnings = [] } = last
  const how =
    outcome === 'succeeded'
      ? colors.yellow(`! ${OUTCOMES[outcome]}, ${plural(warnings.length, 'warning')}`)
      : colors.red(`✘ ${OUTCOMES[outcome]}`)
  const place = kind === 'deploy' || kind === 'rollback' ? ` to revision ${revision}` : ''
  return [
    `  last operation: ${kind}${place}, ${operation}, ${how} ${ago(endedAt)} (${moment(endedAt)})`,
    ...(error === undefined ? [] : [`    ${error.message} ${colors.dim(`(${error.code})`)}`]),
    ...warnings.map((warning) => `    ${warning}`),
    `    ${colors.cyan('→')} ${next(topology, last, stable)}`,
  ]
}

const leftLine = ({ host, instances }: { host: string; instances: string[] }): string =>
  `  left on host ${host}: ${[...instances, 'what its edge does'].join(', ')}; a failover repairs this once the host is back`

const apartWords = ({ host, reason, until }: HostApart): string =>
  `host ${host} is back and is left out ${until === undefined ? 'yet' : `until ${moment(until)}`}: ${reason}`

/** `app: 3 instances by load, 2 to 6; from 2 to 3 4 m ago: 92 % of an instance's CPU, 70 % wanted`. */
function scalingWords({ resource, count, min, max, last }: ScalingStatus): string {
  const now = `${resource}: ${plural(count, 'instance')} by load, ${min} to ${max}`
  if (last === undefined) return now
  const { from, to, at, reason, notBefore } = last
  const change = `from ${from} to ${to} ${ago(at)}: ${reason}`
  return notBefore === undefined
    ? `${now}; ${change}`
    : `${now}; not ${change}; not tried again before ${moment(notBefore)}`
}

/** What it is, and what a person can do about it, where nothing was moved by itself. */
function unreachableLines(
  topology: string,
  { host, error, deadSince, leftOut }: UnreachableHost,
  colors: Palette,
): string[] {
  const since = deadSince === undefined ? '' : ` (dead since ${moment(deadSince)})`
  const moved = leftOut ? '; what was there runs elsewhere, where it may' : ''
  return [
    `  ${colors.red(`✘ host ${host} gives no answer`)}${since}: ${error.message}${moved}`,
    ...(leftOut
      ? []
      : [`    ${colors.cyan('→')} cul8er deploy ${topology} --without ${host} starts elsewhere what may be`]),
  ]
}

function unhealthyWords(topology: string, each: UnhealthyStatus, colors: Palette): string {
  const { instance, reason, at, restarts, gaveUp } = each
  const tried = restarts === 0 ? '' : `, restarted ${plural(restarts, 'time')}`
  const next = gaveUp ? `; nothing more is tried: cul8er logs ${topology} ${instance} shows why` : ''
  return `${colors.red('✘ unhealthy:')} ${instance}, ${reason} (${elapsed(at)} ago${tried})${next}`
}

function next(topology: string, { operation, kind, outcome }: Ended, stable: number | null): string {
  const shows = `cul8er history ${topology} ${operation} shows its steps`
  // Without a number, one that did not get there goes on.
  const to = kind === 'rollback' ? ` --to ${stable}` : ''
  switch (outcome) {
    case 'held':
      return `${shows}; cul8er deploy ${topology} goes on from here${stable === null ? '' : `, cul8er rollback ${topology}${to} goes back to revision ${stable}`}`
    case 'needsAttention':
      return `${shows}; fix the cause, then cul8er deploy ${topology}${stable === null ? '' : ` or cul8er rollback ${topology}`}`
    case 'rolledBack':
      return `${shows}; ${stable === null ? 'nothing of it is left' : `revision ${stable} serves as before`}`
    case 'failed':
    case 'succeeded':
      return shows
  }
}

function instancesTable(rows: InstanceStatusRow[], colors: Palette): string {
  const head = ['instance', 'host', 'state', 'address', 'version', 'health', 'traffic', 'drift']
  return table(
    head,
    rows.map(({ name, host, state, address, version, health, traffic, drift }) => [
      name,
      host,
      state,
      address ?? '-',
      version ?? '-',
      healthWord(health, colors),
      traffic === null || traffic === undefined ? '-' : `${traffic} %`,
      drift.length === 0 ? '-' : drift.join('; '),
    ]),
    colors,
  )
}

function replicasTable(rows: ReplicaStatus[], colors: Palette): string {
  return table(
    ['copy of', 'from', 'on', 'age', 'every', 'state'],
    rows.map(({ instance, from, host, ageMs, everyMs, state }) => [
      instance,
      from ?? '-',
      host,
      ageMs === null ? '-' : secondsWords(ageMs),
      durationWords(everyMs),
      copyWord(state, colors),
    ]),
    colors,
  )
}

function backupsTable(rows: BackupStatus[], colors: Palette): string {
  return table(
    ['backup of', 'on', 'age', 'every', 'state'],
    rows.map(({ instance, host, ageMs, everyMs, state }) => [
      instance,
      host ?? '-',
      ageMs === null ? '-' : secondsWords(ageMs),
      durationWords(everyMs),
      copyWord(state, colors),
    ]),
    colors,
  )
}

function copyWord(state: ReplicaStatus['state'], colors: Palette): string {
  switch (state) {
    case 'current':
      return colors.green('✔ current')
    case 'late':
      return colors.red('✘ late')
    case 'missing':
      return colors.yellow('! not made yet')
    case 'unknown':
      return '? unknown'
  }
}

function healthWord(health: InstanceStatusRow['health'], colors: Palette): string {
  switch (health) {
    case 'healthy':
      return colors.green('✔ healthy')
    case 'unhealthy':
      return colors.red('✘ unhealthy')
    case 'unknown':
      return '? unknown'
  }
}
