import type { Expose, Healthcheck, InstanceType, SecretRef, Topology } from '../topology/model.js'
import type { ImageCopy } from './image-copies.js'
import type { Color } from '../naming/instance-names.js'

/** A release in the content-addressed store. */
export interface Artifact {
  /** sha256 of the tarball, hex. */
  sha256: string
  /** Bytes. */
  size: number
}

/** A secret sealed by a command: only an activity opens it. */
export interface Sealed {
  /** `v1:<iv>:<ciphertext>:<tag>`, base64url, AES-256-GCM. */
  box: string
  /** Keyed digest of the clear value (hex), so that a plan sees a change without knowing the value. */
  digest: string
}

/** A topology as deployed: everything a rollback weeks later needs. */
export interface Revision {
  number: number
  /** Of the declaration with its artifacts and the digests of secrets and certificates, hex. */
  digest: string
  topology: Topology
  /** Keyed by `<release>@<version>`. */
  artifacts: Record<string, Artifact>
  /** Keyed by `<resource>/<NAME>`; what the command could not resolve is absent. */
  sealed: Record<string, Sealed>
  /** Keyed by `certificateKey`; absent: there are none, or it was recorded when workers still read the files. */
  certificates?: Record<string, OwnCertificate>
  /** ISO time. */
  createdAt: string
}

/** A certificate of one's own as its files were when a command read them. What is clear here is public. */
export interface OwnCertificate {
  /** PEM of the chain, then of the key. */
  sealed: Sealed
  /** Of the chain (`chainFingerprint`). */
  fingerprint: string
  /** When it ends, ISO time. */
  notAfter: string
}

/** What one real instance shall be; derived from a revision, never written by hand. */
export interface InstanceSpec {
  name: string
  topology: string
  resource: string
  /** From 1 when `replicas` is given. */
  index: number | null
  color: Color
  host: string
  project: string | null
  type: InstanceType
  image: string
  stateful: boolean
  /** Incus profiles; absent: the default one. */
  profiles?: string[]
  /** Incus config keys except labels: `limits.*`, `environment.*`, the user's own. No secret. */
  config: Record<string, string>
  /** Volumes that it has; absent: none. Their devices are among `devices`. */
  volumes?: VolumeSpec[]
  /** What counts of its data is in its volumes alone; absent: it is not so. */
  dataIn?: 'volumes'
  /** Device name -> Incus keys. `root` carries only what overrides the profile's root disk. */
  devices: Record<string, Record<string, string>>
  /** Clear environment of the release. */
  environment: Record<string, string>
  secrets: SecretSpec[]
  release: ReleaseSpec | null
  healthcheck: Healthcheck | null
  expose: Expose[]
  /** Of everything above that makes an instance differ, except name, color and host; hex, 16 characters. */
  digest: string
}

/** A volume that an instance shall have. */
export interface VolumeSpec {
  /** In Incus. */
  name: string
  /** Its name in the topology, and of the device. */
  device: string
  path: string
  pool: string
  sizeMiB: number | null
}

export interface SecretSpec {
  name: string
  ref: SecretRef
  /** null: resolved by the worker at the last moment (file, command). */
  sealed: Sealed | null
}

/** A secret of a resource's environment. */
export type SecretOf = { resource: string } & SecretSpec

export interface ReleaseSpec {
  name: string
  version: string
  artifact: Artifact
  start: string[] | null
  stop: string[] | null
}

/** The labels of an instance of ours, as kept in `user.cul8er.*`. */
export interface Labels {
  topology: string
  resource: string
  index: number | null
  color: Color
  revision: number
  digest: string
  operation: string
  image: string
  /** `<name>@<version>` or null. */
  release: string | null
  /** live takes traffic; new is not proven yet; old is kept for going back. */
  role: Role
  /** It was made, or made over, as a stateful one: its data counts, also when its resource is gone from the file. */
  stateful?: boolean
  /** What counts of its data is in its volumes alone, so that it may be replaced; absent: it is not so. */
  dataIn?: 'volumes'
  /** What a copy on another host is a copy of; absent: it is none. */
  replica?: ReplicaLabels
  /** It was such a copy, and took the place of its original: in a restore, or because it moved. */
  restored?: true
  /** When it was backed up last, ISO time; absent: never. Only what makes backups writes it. */
  backupAt?: string
  /** Config keys that were declared, beside limits and environment; absent: none. */
  config?: string[]
  /** Profiles that were declared; absent: none were. */
  profiles?: string[]
  /** When its topology is destroyed by itself, ISO time; absent: never, as far as it says. */
  expires?: string
  /** Digest of the key of the control plane that says so; absent: nobody does. */
  owner?: string
  /** Environment name -> keyed digest. */
  secrets: Record<string, string>
}

/** What a copy that replication keeps on another host says of itself. */
export interface ReplicaLabels {
  /** Host of the original. */
  from: string
  /** Moment of what is in `snapshot`, ISO time; null: nothing whole has arrived yet. */
  at: string | null
  /** The newest whole one; what the copy holds beside its snapshots may be half of a newer one. */
  snapshot: string | null
}

/** replica: a copy of what lives on another host, which never runs. */
export type Role = 'live' | 'new' | 'old' | 'canary' | 'edge' | 'replica'

export type InstanceStatus = 'Running' | 'Stopped' | 'Frozen' | 'Error' | 'Starting' | 'Stopping'

/** One instance as a host shows it (`incus list --format json`), ours or not. */
export interface ObservedInstance {
  host: string
  name: string
  /** Incus project, where it is not the default one. */
  project?: string
  type: InstanceType
  status: InstanceStatus
  /** Local config without `volatile.*`, `image.*` and labels. */
  config: Record<string, string>
  /** Local devices, profile devices left out. */
  devices: Record<string, Record<string, string>>
  /** null: not ours. */
  labels: Labels | null
  /** Global IPv4 addresses of eth0 first. */
  addresses: string[]
  snapshots: { name: string; createdAt: string }[]
  createdAt: string
  /** When it was started the last time; absent: not known. */
  startedAt?: string
  /** Fingerprint of the image that it was made from. */
  baseImage?: string
  /** Incus profiles; absent: not known. */
  profiles?: string[]
  /** Size of each volume by its device, MiB or null for no limit; absent: nobody looked. */
  volumeSizes?: Record<string, number | null>
}

/** What an operation moves although it is as declared. It changes nothing else. */
export interface Moves {
  /** Hosts that are to have no instance of the topology afterwards. */
  off: string[]
  /** Stateless instances move so that hosts are used evenly, unless that evens out less than this, percentage points; absent: they do not. */
  gain?: number
}

/** move: the same instance goes to another host, with its data; a `replace` puts a new one there. */
export type Action = 'create' | 'update' | 'replace' | 'move' | 'delete' | 'start' | 'restart'

/** What would become of one instance, with the reasons. */
export interface Change {
  action: Action
  resource: string
  instance: string
  host: string
  /** Of the host; absent: it has none. */
  site?: string
  /** For people: what differs and why, one sentence each. */
  reasons: string[]
  /** The change mends drift (the declaration did not change). */
  drift: boolean
  /** What is made or moves: why on this host; absent: there was nothing to choose. */
  placement?: string
  /** replace: the instance that is replaced. */
  replaces?: string
  /** Updates that need no restart of the app: limits and labels alone. */
  live?: boolean
  /** Updates that need the whole instance stopped and started. */
  restart?: boolean
  /** replace: the image that was asked to be refreshed. */
  image?: NewerImage
}

/** Another image than the one that an instance was made from has its alias by now. */
export interface NewerImage {
  /** As declared. */
  name: string
  /** Fingerprint of the image that the instance was made from. */
  from: string
  /** Fingerprint of the one that its host has under that name now. */
  to: string
}

/** What an operation would change on which hosts, and in which order. */
export interface Plan {
  topology: string
  changes: Change[]
  empty: boolean
  /** Of the observation and the desired revision: a saved plan is stale when it differs. */
  fingerprint: string
  /** What a person should know: self-signed certificates, data that a restore loses, placement reasons. */
  notes: string[]
  /** How the changes would be carried out. */
  procedure?: ProcedureView
  /** What stays out of the traffic for an instant switch back; absent: nothing. */
  standby?: { instances: string[]; forMs: number }
  /** Load balancers that have to be made first; absent: none. */
  edges?: NewEdge[]
  /** Images of ours that are copied to hosts that lack them; absent: none. */
  copies?: ImageCopy[]
  /** Images of an image server that a host does not have; absent: none, or nobody knows. */
  downloads?: { image: string; host: string }[]
}

/** An edge that an operation would make first. */
export interface NewEdge {
  host: string
  instance: string
  image: string
}

/** A procedure in few words: what a plan prints. */
export interface ProcedureView {
  stages: { name: string; lanes: { instance: string | null; host: string | null; steps: string[] }[] }[]
}
