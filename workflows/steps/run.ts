import { workflowInfo } from '@temporalio/workflow'
import { digestOf } from '../../src/plan/digest.js'
import { formerSpec } from '../../src/plan/former-spec.js'
import type { InstanceSpec, Revision } from '../../src/plan/model.js'
import { snapshotName } from '../../src/plan/naming.js'
import type { LiveInstance, Work } from '../../src/plan/work.js'
import type { TrafficState } from '../../src/plan/routes.js'
import { instanceSpec } from '../../src/plan/specs.js'
import type { Host, Strategy } from '../../src/topology/model.js'
import {
  WorkflowType,
  type At,
  type InstanceAt,
  type Proven,
  type SpecAt,
  type Stamp,
} from '../../src/contracts/index.js'
import type { Recorder } from './recorder.js'
import type { Steer } from './steering.js'
import { Traffic } from './traffic.js'
import { UndoStack } from './undo.js'

/** What every part of an operation is told. */
export interface RunInput {
  /** Number of the operation within its topology. */
  operation: number
  /** What shall be. */
  revision: Revision
  /** The stable revision; null before the first. */
  base: Revision | null
  /** How to reach every host that may hold something of the topology. */
  hosts: Record<string, Host>
  traffic: TrafficState
}

/** The state of one run: what the steps read and write. All of it is data. */
export class Run {
  readonly undos = new UndoStack()
  readonly traffic: Traffic
  /** Instances that are in the middle of a change. */
  readonly dirty = new Set<string>()
  /** What was found healthy, by name: it must still be when the operation ends. */
  readonly proven = new Map<string, Proven>()
  /** Instances that got a snapshot of this operation. */
  readonly snapshotted: Pick<LiveInstance, 'name' | 'host'>[] = []
  /** Hosts that gave no answer for as long as is waited for: what is still to be tried there is tried briefly. */
  readonly lost = new Set<string>()
  /** Instances that stay, out of the traffic, for an instant switch back. */
  readonly aside: LiveInstance[] = []
  /** Replaced instances, deleted after the point of no return. */
  readonly replaced: LiveInstance[] = []

  constructor(
    readonly input: RunInput,
    readonly steer: Steer,
    readonly recorder: Recorder,
  ) {
    this.traffic = new Traffic(
      input.revision.topology,
      input.base?.topology ?? null,
      input.hosts,
      this.lost,
      input.traffic,
    )
  }

  get strategy(): Strategy {
    return this.input.revision.topology.strategy
  }

  get snapshot(): string {
    const { workflowType, runId, parent } = workflowInfo()
    const ofOperation = workflowType === WorkflowType.leg ? parent?.runId : runId
    return snapshotName(this.input.operation, digestOf(ofOperation ?? runId, 8))
  }

  /** The spec that a piece of work leads to. */
  spec(work: Pick<Work, 'resource' | 'index' | 'host' | 'slot'>): InstanceSpec {
    return instanceSpec(this.input.revision, work, work.host, work.slot)
  }

  /** What an instance was declared as, if the stable revision made it so. */
  oldSpec(from: LiveInstance): InstanceSpec | null {
    return formerSpec(this.input.base, from)
  }

  stamp(role: Stamp['role'], revision = this.input.revision.number): Stamp {
    return { operation: this.input.operation, revision, role }
  }

  at(host: string): At {
    return { host, via: this.via(host) }
  }

  specAt(spec: InstanceSpec): SpecAt {
    return { spec, ...this.at(spec.host) }
  }

  instanceAt({ name, host }: { name: string; host: string }): InstanceAt {
    return { name, project: this.input.revision.topology.project, ...this.at(host) }
  }

  // An instance may be on a host that the new revision does not name any more.
  private via(host: string): Host {
    const via = this.input.hosts[host]
    if (via === undefined) throw new Error(`no host ${host}`)
    return via
  }
}
