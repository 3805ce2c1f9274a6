import { expandedDevices } from './profile.js'
import type { EmulatedImage, InstanceState, SnapshotState } from './model.js'

/** An instance as `incus list --format json` shows it. */
export function renderInstance(instance: InstanceState, address: string): Record<string, unknown> {
  const running = instance.status === 'Running'
  const expanded = expandedDevices(instance)
  return {
    name: instance.name,
    architecture: 'x86_64',
    type: instance.type,
    status: instance.status,
    status_code: running ? 103 : 102,
    project: instance.project,
    location: 'none',
    created_at: instance.createdAt,
    profiles: instance.profiles,
    config: instance.config,
    expanded_config: instance.config,
    devices: instance.devices,
    expanded_devices: expanded,
    stateful: false,
    ephemeral: false,
    description: '',
    snapshots: instance.snapshots.length === 0 ? null : instance.snapshots.map(renderSnapshot),
    state: {
      status: instance.status,
      pid: running ? 1000 + instance.number : 0,
      processes: running ? 3 : -1,
      memory: { usage: running ? 1_048_576 : 0 },
      cpu: { usage: running ? 1_000_000 : 0 },
      network:
        running && 'eth0' in expanded
          ? { eth0: { addresses: [{ family: 'inet', address, netmask: '24', scope: 'global' }], state: 'up' } }
          : null,
    },
  }
}

const renderSnapshot = ({ name, createdAt, config, devices }: SnapshotState): Record<string, unknown> => ({
  name,
  created_at: createdAt,
  config,
  devices,
  stateful: false,
})

export const renderImage = (image: EmulatedImage): Record<string, unknown> => ({
  fingerprint: image.fingerprint,
  aliases: image.aliases.map((name) => ({ name, description: '' })),
  type: image.type,
  size: image.size,
  properties: image.properties,
  created_at: image.uploadedAt,
  uploaded_at: image.uploadedAt,
  architecture: 'x86_64',
  public: false,
})
