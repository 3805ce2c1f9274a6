import type { InstanceStatusRow } from '../../contracts/index.js'
import type { Status } from '../../client/status.js'
import type { Palette } from '../palette.js'
import { elapsed } from './duration.js'
import { table } from './table.js'

/** What is deployed and how it is, for people. */
export function statusText(
  { topology, revision, operation, ttl, healthy, instances }: Status,
  colours: Palette,
): string {
  const mark = healthy ? colours.green('✔') : colours.red('✘')
  const how = revision.desired === null ? 'nothing is deployed' : healthy ? 'healthy' : 'not healthy'
  const number = (value: number | null): string => (value === null ? '-' : String(value))
  return [
    `${mark} ${colours.bold(topology)}: ${how}`,
    `  revision: desired ${number(revision.desired)}, stable ${number(revision.stable)}, attempted ${number(revision.attempted)}`,
    operation === null
      ? '  no operation in progress'
      : `  in progress: ${operation.kind} ${operation.id}, ${operation.step} (for ${elapsed(operation.startedAt)})`,
    ...(ttl === null ? [] : [`  removed by itself at ${ttl}`]),
    ...(instances.length === 0 ? ['  no instances'] : ['', instancesTable(instances, colours)]),
  ].join('\n')
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
