import type { InstanceStatusRow } from '../../contracts/index.js'
import type { Status } from '../../client/status.js'
import type { Palette } from '../palette.js'
import { elapsed } from './duration.js'
import { table } from './table.js'

/** What is deployed and how it is, for people. */
export function statusText(
  { topology, revision, operation, last, dirty, ttl, healthy, instances }: Status,
  colours: Palette,
): string {
  const mark = healthy ? colours.green('✔') : colours.red('✘')
  const how = revision.desired === null ? 'nothing is deployed' : healthy ? 'healthy' : 'not healthy'
  // Without a stable revision a rollback has nowhere to go.
  const way = revision.stable === null ? 'destroy' : 'rollback'
  const number = (value: number | null): string => (value === null ? '-' : String(value))
  return [
    `${mark} ${colours.bold(topology)}: ${how}`,
    `  revision: desired ${number(revision.desired)}, stable ${number(revision.stable)}, attempted ${number(revision.attempted)}`,
    operation === null
      ? '  no operation in progress'
      : `  in progress: ${operation.kind} ${operation.id}, ${operation.step} (for ${elapsed(operation.startedAt)})`,
    ...(operation === null ? lastLines(topology, last, colours) : []),
    ...(dirty.length === 0 || operation !== null
      ? []
      : [
          `  half changed: ${dirty.join(', ')}; cul8er ${way} ${topology} or cul8er deploy ${topology} sets this right`,
        ]),
    ...(ttl === null ? [] : [`  removed by itself at ${ttl}`]),
    ...(instances.length === 0 ? ['  no instances'] : ['', instancesTable(instances, colours)]),
  ].join('\n')
}

/** What a person who comes back should know: nothing that went well. */
function lastLines(topology: string, last: Status['last'], colours: Palette): string[] {
  if (last === null || last.outcome === 'succeeded') return []
  const { operation, kind, outcome } = last
  return [
    `  last: ${kind} ${operation}, ${colours.red(`✘ ${outcome}`)}; cul8er history ${topology} ${operation} shows why`,
  ]
}

function instancesTable(rows: InstanceStatusRow[], colours: Palette): string {
  const head = ['instance', 'host', 'state', 'address', 'version', 'health', 'weight', 'drift']
  return table(
    head,
    rows.map(({ name, host, state, address, version, health, weight, drift }) => [
      name,
      host,
      state,
      address ?? '-',
      version ?? '-',
      healthWord(health, colours),
      weight === null ? '-' : String(weight),
      drift.length === 0 ? '-' : drift.join('; '),
    ]),
    colours,
  )
}

function healthWord(health: InstanceStatusRow['health'], colours: Palette): string {
  switch (health) {
    case 'healthy':
      return colours.green('✔ healthy')
    case 'unhealthy':
      return colours.red('✘ unhealthy')
    case 'unknown':
      return '? unknown'
  }
}
