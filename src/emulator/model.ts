/** What one emulated host is made of; plain JSON, because it is kept in a file. */
export interface HostState {
  name: string
  /** Third byte of its instances' addresses. */
  number: number
  hardware: Hardware
  projects: Record<string, Record<string, string>>
  pools: Record<string, { driver: string; config: Record<string, string> }>
  networks: Record<string, { type: string; config: Record<string, string> }>
  /** Custom volumes, keyed by `project/pool/name`; absent: none, as in a file of an older cul8er. */
  volumes?: Record<string, VolumeState>
  /** Beside the default one, without anything in them; absent: none, as in a file of an older cul8er. */
  profiles?: string[]
  /** Of the server itself; absent: nothing is set, as in a file of an older cul8er. */
  config?: Record<string, string>
  images: EmulatedImage[]
  /** Keyed by `project/name`. */
  instances: Record<string, InstanceState>
}

/** What the host offers; `vms: false` refuses virtual machines as a host without KVM does. */
export interface Hardware {
  cpus: number
  memoryMiB: number
  poolMiB: number
  vms: boolean
}

export interface EmulatedImage {
  fingerprint: string
  aliases: string[]
  type: 'container' | 'virtual-machine'
  size: number
  properties: Record<string, string>
  uploadedAt: string
}

export interface InstanceState {
  name: string
  project: string
  type: 'container' | 'virtual-machine'
  status: 'Running' | 'Stopped' | 'Frozen' | 'Error'
  config: Record<string, string>
  devices: Record<string, Record<string, string>>
  profiles: string[]
  createdAt: string
  /** Fourth byte of its address. */
  number: number
  snapshots: SnapshotState[]
  data: InstanceData
}

/** A custom volume. What is in it is not emulated, but in its config, which a restore leaves alone as Incus does. */
export interface VolumeState {
  name: string
  pool: string
  project: string
  config: Record<string, string>
  createdAt: string
  snapshots: { name: string; createdAt: string }[]
  /** Name of the snapshot that it was put back to last. */
  restored?: string
}

export interface SnapshotState {
  name: string
  createdAt: string
  config: Record<string, string>
  devices: Record<string, Record<string, string>>
  data: InstanceData
}

/** What is on an instance's disk: a snapshot copies it whole. */
interface InstanceData {
  files: Record<string, FileState>
  /** By the NAME of the release's verbs. */
  releases: Record<string, ReleaseState>
}

interface FileState {
  /** Bytes. */
  size: number
  /** base64 */
  content?: string
}

export interface ReleaseState {
  environment: Record<string, string>
  /** Name -> sha256 of the value. */
  secrets: Record<string, string>
  versions: { version: string; sha256: string; size: number; app: EmulatedApp }[]
  current: string | null
  /** Stopped until the next install or restart. */
  held: boolean
  /** ms since 1970 of the app's last start. */
  startedAt: number
  logs: string[]
  /** Lines before those, which are not kept. */
  droppedLogs?: number
}

/** `emulated.json` in a release's tarball: how the app behaves. */
export interface EmulatedApp {
  port: number | null
  /** Since its start: always well; never; 503 before a time; 500 after a time; gone after a time. */
  health: 'ok' | 'never' | { afterMs: number } | { failsAfterMs: number } | { diesAfterMs: number }
  version: string | null
  body: unknown
}

export interface FaultRule {
  match?: {
    host?: string
    /** `start`, `config set`, `snapshot create`, `exec`, or what is run inside: `cul8er-install`. */
    verb?: string
    instance?: string
    /** From 1: only the nth command that fits the rest. */
    nth?: number
  }
  /**
   * refuse: not carried out, no connection. hang: no answer, ever. loseAnswer: carried out, connection lost. dieInMiddle: half
   * carried out, connection lost. error: Incus's own text.
   */
  fault: 'refuse' | 'hang' | 'loseAnswer' | 'dieInMiddle' | { error: string } | { delayMs: number }
  /** How often it happens; default 1. */
  times?: number | 'always'
}

/** An answer for `incus exec` of a command that the emulator does not know. */
export interface ExecScript {
  instance?: string
  /** Every word of it is in the command line, in this order. */
  command: string[]
  exitCode?: number
  stdout?: string
  stderr?: string
}

export interface Answer {
  exitCode: number
  stdout: string
  stderr: string
}

/** What comes with a command. */
export interface Input {
  stdin: Uint8Array
  /** Output as it comes; for what follows a log. */
  emit: (text: string) => void
  signal: AbortSignal
}
