import { copyInstance, type IncusCommand } from '../incus/index.js'
import { LABEL_PREFIX } from '../plan/labels.js'
import type { ReplicaLabels } from '../plan/model.js'

/** The copy of an instance, or what makes it the same again. Its configuration comes with it each time, and so do labels that differ. */
export const copyCommand = (
  name: string,
  labels: Record<string, string>,
  { source, target, ...options }: { source: string; target: string; mode: 'relay'; project: string | null },
): IncusCommand =>
  copyInstance(`${source}:${name}`, `${target}:${name}`, {
    ...options,
    stateless: true,
    refresh: true,
    config: { ...labels, 'boot.autostart': 'false' },
  })

/** What makes an instance a copy, as Incus config. */
export const replicaLabels = ({ from, at, snapshot }: ReplicaLabels): Record<string, string> => ({
  [`${LABEL_PREFIX}role`]: 'replica',
  [`${LABEL_PREFIX}replica.from`]: from,
  ...(at === null ? {} : { [`${LABEL_PREFIX}replica.at`]: at }),
  ...(snapshot === null ? {} : { [`${LABEL_PREFIX}replica.snapshot`]: snapshot }),
})
