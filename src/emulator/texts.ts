/** Incus refuses: its text without `Error: `, as 6.0.4 prints it. The contract suite compares them with the real ones. */
export class Refusal extends Error {
  constructor(
    text: string,
    readonly exitCode = 1,
  ) {
    super(text)
  }
}

export const text = {
  noInstance: (name: string, project: string) =>
    `Failed to fetch instance "${name}" in project "${project}": Instance not found`,
  noInstanceToDelete: (name: string, project: string) =>
    `Failed checking instance exists "local:${name}": ${text.noInstance(name, project)}`,
  noInstanceToRename: "Failed to get address of instance's member: Instance not found",
  instanceExists:
    'Failed creating instance record: Add instance info to the database: Failed to create "instances" entry: UNIQUE constraint failed: instances.project_id, instances.name',
  noSnapshotToRestore: (name: string, snapshot: string) => `Snapshot ${name}/${snapshot} does not exist`,
  noSnapshot: (name: string, snapshot: string, project: string) =>
    `Failed to fetch snapshot "${snapshot}" of instance "${name}" in project "${project}": Instance_snapshot not found`,
  snapshotExists: (snapshot: string) =>
    `Failed creating instance snapshot record "${snapshot}": Add snapshot info to the database: Failed to create "instances_snapshots" entry: UNIQUE constraint failed: instances_snapshots.instance_id, instances_snapshots.name`,
  badName: 'Invalid instance name: Name can only contain alphanumeric and hyphen characters',
  badNameStart: 'Invalid instance name: Name must not start with "-" character',
  badSnapshotName: 'Invalid snapshot name: Cannot contain "/"',
  badSnapshotSpace: (snapshot: string) =>
    `Failed creating instance snapshot record "${snapshot}": Invalid instance snapshot name: Cannot contain space or / characters`,
  noImage: (image: string) => `Image "${image}" not found`,
  noAlias: 'Image alias not found',
  noProjectOfImages: 'Check if project has images: fetch project: Project not found',
  noRemoteImage: (image: string) =>
    `Failed instance creation: Failed getting remote image info: Failed getting image: The requested image couldn't be found for fingerprint "${image}"`,
  noVms:
    'Failed creating instance record: Instance type "virtual-machine" is not supported on this server: vhost_vsock kernel module not loaded',
  notOverridable: (device: string) =>
    `Cannot override config for device "${device}": Device not found in profile devices`,
  running: 'The instance is already running',
  stopped: 'The instance is already stopped',
  deleteRunning: 'The instance is currently running, stop it first or pass --force',
  renameRunning: 'Renaming of running instance not allowed',
  notRunning: 'Instance is not running',
  badCpu: 'Invalid CPU limit syntax',
  unknownKey: (key: string) => `Unknown configuration key: ${key}`,
  badServerKey: (key: string, value: string) => `cannot set '${key}' to '${value}': unknown key`,
  noDevice: "Device doesn't exist",
  noProfileDevice: "The profile device doesn't exist",
  deviceExists: 'The device already exists',
  profileDeviceRemoved:
    'Device from profile(s) cannot be removed from individual instance. Override device or modify profile instead',
  profileDeviceSet:
    'Device from profile(s) cannot be modified for individual instance. Override device or modify profile instead',
  badDeviceType: (device: string) =>
    `Invalid devices: Device validation failed for "${device}": Failed loading device "${device}": Unsupported device type`,
  portTaken: (device: string, listen: string) =>
    `Failed to start device "${device}": Error occurred when starting proxy device: Error: Failed to listen on ${listen}: listen tcp ${listen}: bind: address already in use`,
  noSpace: (name: string) => `write /var/lib/incus/containers/${name}/backup.yaml: no space left on device`,
  projectExists: (project: string) =>
    `Failed creating project "${project}": Failed adding database record: Failed to create "projects" entry: UNIQUE constraint failed: projects.name`,
  noProjectToQuery: 'Project not found',
  noProject: (project: string) => `Fetch project "${project}": Project not found`,
  volumeExists: 'Volume by that name already exists',
  noVolume: 'Storage pool volume not found',
  noVolumeToSet: (volume: string) => `Storage pool volume "custom/${volume}" not found`,
  volumeInUse: 'The storage volume is still in use',
  volumeRestoreRunning: 'Cannot restore custom volume used by running instances',
  volumeSnapshotExists: (snapshot: string) => `Snapshot "${snapshot}" already in use`,
  noVolumeToAttach: (device: string) =>
    `Failed add validation for device "${device}": Failed loading custom volume: Storage volume not found`,
  noPool: 'Storage pool not found',
  noProfile: 'Profile not found',
  noProfileToQuery: 'Fetch profile: Profile not found',
  noProfileToUse: (profile: string) => `Requested profile "${profile}" doesn't exist`,
  profileExists: (profile: string) => `Error inserting "${profile}" into database: The profile already exists`,
  noRootDisk: 'Invalid root disk device: No root device could be found',
  noNetworkState: (network: string) => `Network interface "${network}" not found`,
  imageExists: 'Image with same fingerprint already exists',
  noRemote: (remote: string) => `The remote "${remote}" doesn't exist`,
  copyRunning: 'Unable to perform live container migration. CRIU is not installed on the source server',
  noCommand: 'Command not found',
  noApi: 'not found',
  noConnection: 'Get "http://unix.socket/1.0": dial unix /var/lib/incus/unix.socket: connect: connection refused',
  noRoute: (host: string) => `Get "https://${host}:8443/1.0": dial tcp ${host}:8443: connect: no route to host`,
  lostConnection:
    'Get "http://unix.socket/1.0/operations": read unix @->/var/lib/incus/unix.socket: read: connection reset by peer',
} as const
