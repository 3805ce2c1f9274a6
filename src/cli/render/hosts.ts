import type { HostRow, Room } from '../../contracts/index.js'
import type { Cordon } from '../../incus/cordon.js'
import { sizeWords } from '../../topology/units.js'
import type { Palette } from '../palette.js'
import { moment } from './duration.js'
import { table } from './table.js'

/** What each host is, has and uses, for people; what went wrong with one is below the table. */
export function hostsText(hosts: readonly HostRow[], colors: Palette): string {
  const atSites = hosts.some(({ site }) => site !== undefined)
  const rows = hosts.map((host) => [
    host.name,
    host.address,
    ...(atSites ? [host.site ?? '-'] : []),
    host.platform === 'icusos' ? 'incusos' : host.platform,
    host.error !== undefined ? colors.red('✘') : host.cordoned === null ? colors.green('✔') : colors.yellow('!'),
    host.incus ?? '-',
    [host.architecture ?? '-', ...(host.vms === true ? ['VMs'] : [])].join(' '),
    host.cpus === null ? '-' : String(host.cpus),
    roomText(host.memory),
    host.pools.map((pool) => `${pool.name} ${roomText(pool)}`).join('\n') || '-',
    host.instances === null ? '-' : `${host.instances.ours} of ${host.instances.all}`,
  ])
  const site = atSites ? ['site'] : []
  const head = ['host', 'address', ...site, 'platform', '', 'incus', 'runs', 'cpus', 'memory used', 'disk used', 'ours']
  const cordons = hosts.flatMap(({ name, cordoned }) =>
    cordoned === null
      ? []
      : [`${colors.yellow('!')} ${name} is ${cordonText(cordoned)}; cul8er hosts uncordon ${name}`],
  )
  const problems = hosts.flatMap(({ name, error }) =>
    error === undefined
      ? []
      : [
          `${colors.red('✘')} ${name}: ${error.message} (${error.code})`,
          ...(error.hint === undefined ? [] : [`${colors.cyan('→')} ${error.hint}`]),
        ],
  )
  const remarks = [...cordons, ...problems]
  return [table(head, rows, colors), ...(remarks.length === 0 ? [] : ['', ...remarks])].join('\n')
}

/** `cordoned since 2026-01-02 04:04:05 UTC by ana@desk: a disk fails`. */
export const cordonText = ({ since, by, reason }: Cordon): string =>
  ['cordoned', ...(since === null ? [] : [`since ${moment(since)}`]), ...(by === null ? [] : [`by ${by}`])].join(' ') +
  (reason === null ? '' : `: ${reason}`)

const roomText = (room: Room | null): string =>
  room === null ? '-' : `${sizeWords(room.usedMiB)} of ${sizeWords(room.totalMiB)}`
