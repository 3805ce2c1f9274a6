import type { Labels, ObservedInstance } from '../../../src/plan/model.js'
import type { TopologyRoutes } from '../../../src/traffic/model.js'

/** Data of an instance: which it is, and how much was written to it, in units that only ever grow. */
export interface Data {
  /** Differs for each set of data that was ever made; a copy in a snapshot has the number of its original. */
  volume: number
  written: number
}

export interface SnapshotState {
  name: string
  createdAt: string
  data: Data
  labels: Labels | null
  config: Record<string, string>
  app: App | null
  /** Workflow that took it. */
  by: string
}

/** The app as it is, whatever labels say. */
export interface App {
  /** `<name>@<version>`, or null where no release is put into the instance. */
  release: string | null
  /** When it began to run. */
  since: number
}

/** An instance as it really is. */
export interface InstanceState extends Omit<ObservedInstance, 'snapshots'> {
  /** Ever declared so. */
  stateful: boolean
  data: Data
  app: App | null
  snapshots: SnapshotState[]
  /** Not behind an edge, and its app was found healthy since it was last changed: others use it, so it writes. */
  usedInside: boolean
}

/** How the app of a release behaves. */
export type AppBehaviour =
  | { kind: 'good' }
  | { kind: 'breaksAtStart' }
  /** Healthy at first. */
  | { kind: 'breaksLater'; afterMs: number }

/** Something that an activity did to the world; invariants look at each. */
export type Effect =
  | { kind: 'created'; by: string; instance: InstanceState }
  | { kind: 'deleted'; by: string; instance: InstanceState }
  /** Anything else about it. */
  | { kind: 'changed'; by: string; instance: InstanceState }
  | { kind: 'restored'; by: string; instance: InstanceState; snapshot: SnapshotState; lost: number }
  | { kind: 'looked'; by: string; verdict: 'pass' | 'breach' | 'noData' }
  | { kind: 'routed'; by: string; host: string; before: TopologyRoutes | null; now: TopologyRoutes | null }

export const placeOf = ({ host, name }: { host: string; name: string }): string => `${host}/${name}`
