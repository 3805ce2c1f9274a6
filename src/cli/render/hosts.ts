import type { HostRow, Room } from '../../contracts/index.js'
import { sizeWords } from '../../topology/units.js'
import type { Palette } from '../palette.js'
import { table } from './table.js'

/** What each host is, has and uses, for people; what went wrong with one is below the table. */
export function hostsText(hosts: readonly HostRow[], colors: Palette): string {
  const rows = hosts.map((host) => [
    host.name,
    host.address,
    host.platform === 'icusos' ? 'incusos' : host.platform,
    host.error === undefined ? colors.green('✔') : colors.red('✘'),
    host.incus ?? '-',
    [host.architecture ?? '-', ...(host.vms === true ? ['VMs'] : [])].join(' '),
    host.cpus === null ? '-' : String(host.cpus),
    roomText(host.memory),
    host.pools.map((pool) => `${pool.name} ${roomText(pool)}`).join('\n') || '-',
    host.instances === null ? '-' : `${host.instances.ours} of ${host.instances.all}`,
  ])
  const head = ['host', 'address', 'platform', '', 'incus', 'runs', 'cpus', 'memory used', 'disk used', 'ours']
  const problems = hosts.flatMap(({ name, error }) =>
    error === undefined
      ? []
      : [
          `${colors.red('✘')} ${name}: ${error.message} (${error.code})`,
          ...(error.hint === undefined ? [] : [`${colors.cyan('→')} ${error.hint}`]),
        ],
  )
  return [table(head, rows, colors), ...(problems.length === 0 ? [] : ['', ...problems])].join('\n')
}

const roomText = (room: Room | null): string =>
  room === null ? '-' : `${sizeWords(room.usedMiB)} of ${sizeWords(room.totalMiB)}`
