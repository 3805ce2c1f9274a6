import type { Compensation, LaneFailure, Outcome, Position, Proven } from '../../src/contracts/index.js'
import type { Evidence } from '../../src/analysis/evidence.js'
import type { Revision } from '../../src/plan/model.js'
import type { TrafficState } from '../../src/plan/routes.js'
import { strategyOf, type View } from '../../src/steps/view.js'
import type { Host } from '../../src/topology/model.js'
import { Edges } from './edges.js'
import type { Recorder } from './recorder.js'
import { Registered } from './registered.js'
import type { Steer } from './steering.js'

/** forward: what steps register can be taken back. back: it is being taken back. */
export type Direction = 'forward' | 'back'

/** What every part of an operation is told. All of it is data: a slice in a child workflow gets the same. */
export interface RunInput {
  operation: number
  snapshot: string
  revision: Revision
  base: Revision | null
  past: Revision[]
  hosts: Record<string, Host>
  /** Instances that earlier operations left half changed. */
  dirtyBefore: string[]
  traffic: TrafficState
  leaving: TrafficState
  /** When the topology is destroyed by itself, ISO time; absent: never. */
  expiresAt?: string
}

/** The state of one run: what steps read, and what the interpreter writes. */
export class Run implements View {
  readonly operation: number
  readonly snapshot: string
  readonly revision: Revision
  readonly base: Revision | null
  readonly past: Revision[]
  readonly hosts: Record<string, Host>
  readonly dirtyBefore: ReadonlySet<string>
  traffic: TrafficState
  readonly leaving: TrafficState
  readonly expiresAt: string | undefined
  /** By `placeKey`. */
  readonly proven = new Map<string, Proven>()
  /** Instances that are in the middle of a change, by `placeKey`. */
  readonly dirty = new Set<string>()
  /** What speaks for a difference between canaries and stable instances so far, by resource and host. */
  readonly evidence = new Map<string, Evidence>()
  readonly compensations = new Registered()
  /** Lanes that failed where the procedure goes on all the same. */
  readonly failures: LaneFailure[] = []
  /** What failed where it does not count for the outcome, a sentence each. */
  readonly warnings: string[] = []
  /** Hosts that gave no answer for as long as is waited for: what is still to be tried there is tried briefly. */
  readonly lost = new Set<string>()
  /** Hosts whose edges an undo could not tell, because they gave no answer: they catch up later. */
  readonly behind = new Set<string>()
  /** Instances that made room: an undo does not bring them back. */
  readonly removed = new Set<string>()
  readonly edges: Edges
  /** All that is declared serves. Until then the ports of resources that are declared no more stay as they were. */
  settled = false
  /** Nothing is taken back any more. */
  committed = false
  direction: Direction = 'forward'
  position: Position | null = null
  /** Slices that were begun. */
  slices = 0

  constructor(
    readonly input: RunInput,
    readonly steer: Steer,
    readonly recorder: Recorder,
  ) {
    this.operation = input.operation
    this.snapshot = input.snapshot
    this.revision = input.revision
    this.base = input.base
    this.past = input.past
    this.hosts = input.hosts
    this.dirtyBefore = new Set(input.dirtyBefore)
    this.traffic = input.traffic
    this.leaving = input.leaving
    this.expiresAt = input.expiresAt
    this.edges = new Edges(this)
  }

  /**
   * How long a site may have no worker, ms. undefined: the way forward is ended by its deadline or by a person; what is taken back, or removed
   * in the end, by neither, and waits as long by itself.
   */
  get siteMs(): number | undefined {
    return this.direction === 'back' || this.committed ? strategyOf(this).progressDeadlineMs : undefined
  }

  get outcome(): Outcome | undefined {
    return this.committed ? (this.failures.length === 0 ? 'succeeded' : 'needsAttention') : undefined
  }

  /** A stage begins. */
  reach(name: string): void {
    const { stage = 0, stages = 0 } = this.position ?? {}
    this.position = { stage: stage + 1, stages, name, since: new Date().toISOString() }
  }

  registered = (at: { name: string; host: string }): Compensation | undefined => this.compensations.of(at)
}
