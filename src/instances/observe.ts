import { LABEL_PREFIX, labelsFromConfig } from '../plan/labels.js'
import type { InstanceStatus, ObservedInstance } from '../plan/model.js'
import { parseInstance, parseInstances, type IncusInstance } from '../incus/parse-instances.js'

/**
 * The answer to `incus list --format json` as the planner sees it, without what comes or goes at this moment.
 * @throws Cul8erError INCUS when the text is not what Incus prints
 */
export const observe = (host: string, text: string): ObservedInstance[] =>
  parseInstances(text)
    .filter(isWhole)
    .map((instance) => observed(host, instance))

/** The same of the answer to getInstance; undefined: it comes or goes at this moment. @throws Cul8erError INCUS */
export function observeOne(host: string, text: string): ObservedInstance | undefined {
  const instance = parseInstance(text)
  return isWhole(instance) ? observed(host, instance) : undefined
}

/**
 * Between two transactions of its own Incus 6.0.4 lists an instance that is being made or deleted without any configuration, and so
 * without the labels that say whose it is. Any other has some.
 */
const isWhole = ({ config }: IncusInstance): boolean => config !== null

function observed(host: string, instance: IncusInstance): ObservedInstance {
  const config = instance.config ?? {}
  const baseImage = config['volatile.base_image']
  return {
    host,
    name: instance.name,
    ...(instance.project === 'default' ? {} : { project: instance.project }),
    type: instance.type === 'virtual-machine' ? 'vm' : 'container',
    status: STATUS[instance.status] ?? 'Error',
    config: Object.fromEntries(Object.entries(config).filter(([key]) => !NOT_DECLARED.test(key))),
    devices: instance.devices ?? {},
    labels: labelsFromConfig(config),
    addresses: addresses(instance),
    snapshots: (instance.snapshots ?? []).map(({ name, created_at }) => ({ name, createdAt: created_at })),
    createdAt: instance.created_at,
    ...(instance.last_used_at == null ? {} : { startedAt: instance.last_used_at }),
    ...(baseImage === undefined ? {} : { baseImage }),
    ...(instance.profiles == null ? {} : { profiles: instance.profiles }),
  }
}

// What Incus or cul8er keeps there by itself.
const NOT_DECLARED = new RegExp(`^(volatile\\.|image\\.|${LABEL_PREFIX.replaceAll('.', '\\.')})`)

// Incus knows moments in between that make no difference to a plan.
const STATUS: Record<string, InstanceStatus> = {
  Running: 'Running',
  Ready: 'Running',
  Thawed: 'Running',
  Stopped: 'Stopped',
  Frozen: 'Frozen',
  Freezing: 'Frozen',
  Starting: 'Starting',
  Stopping: 'Stopping',
  Aborting: 'Stopping',
}

function addresses({ state }: IncusInstance): string[] {
  const networks = Object.entries(state?.network ?? {})
  const first = networks.filter(([name]) => name === 'eth0')
  const others = networks.filter(([name]) => name !== 'eth0')
  return [...first, ...others].flatMap(([, network]) =>
    (network.addresses ?? [])
      .filter(({ family, scope }) => family === 'inet' && scope === 'global')
      .map((a) => a.address),
  )
}
