import type { IncusCommand } from './command.js'
import { assignments, inProject, operands, when, type Where } from './words.js'

export interface CopyOptions extends Where {
  config?: Record<string, string>
  /** Local devices of the copy, whole: a copy does not merge them with the profiles'. */
  devices?: Record<string, Record<string, string>>
  /** Without snapshots. */
  instanceOnly?: boolean
  /** Without running state; a running container needs it to go to another host. */
  stateless?: boolean
  /** Send only what changed since the last copy. */
  refresh?: boolean
  mode?: 'pull' | 'push' | 'relay'
}

/** Source and target are `[remote:]name`; the source may be `name/snapshot`. */
export const copyInstance = (source: string, target: string, options: CopyOptions = {}): IncusCommand => ({
  args: ['copy', '--quiet', ...transfer(options), ...when(options.refresh, '--refresh'), ...operands(source, target)],
})

/** Moves to another host, or renames; a running instance is refused. */
export const moveInstance = (
  source: string,
  target: string,
  options: Omit<CopyOptions, 'refresh'> = {},
): IncusCommand => ({
  args: ['move', '--quiet', ...transfer(options), ...operands(source, target)],
})

const transfer = (options: CopyOptions): string[] => [
  ...inProject(options),
  ...when(options.instanceOnly, '--instance-only'),
  ...when(options.stateless, '--stateless'),
  ...(options.mode === undefined ? [] : [`--mode=${options.mode}`]),
  ...assignments(options.config ?? {}).flatMap((word) => ['-c', word]),
  ...Object.entries(options.devices ?? {}).flatMap(([device, keys]) =>
    assignments(keys).flatMap((word) => ['-d', `${device},${word}`]),
  ),
]
