import type { Role } from '../plan/model.js'
import type { Color } from '../naming/instance-names.js'
import type { ImageCopy } from '../plan/image-copies.js'
import type { VolumeRef } from '../incus/volumes.js'
import type { VolumeAt } from '../plan/volumes.js'
import type { LiveInstance } from '../plan/planned-change.js'
import type { Restoration } from './backup.js'
import type { Promotion } from '../plan/replication/promotion.js'
import type { HookName } from '../topology/hook-names.js'
import type { Analysis, Hook } from '../topology/model.js'
import type { ErrorReport } from '../errors.js'

/*
 * The program of an operation as plain data: stages one after another, the lanes of a stage side by side, the steps of a lane one
 * after another. Strategies make it, the interpreter runs it, plans and dry runs print it.
 */

/** One place of a resource on a host, with the name of the instance in it. */
export interface Place {
  name: string
  host: string
  resource: string
  index: number | null
  color: Color
}

/** How long a step waits and watches: a canary at one weight, or everything after the last stage. */
export interface Watch {
  purpose: 'canary' | 'bake'
  /** canary: the resources on trial. bake: all that the operation changed. */
  resources: string[]
  /** canary: percent of the traffic, for people. */
  weight?: number
  /** ms, or until a person promotes. */
  forMs: number | 'manual'
  /** null: the strategy's own. */
  analysis: Analysis | null
}

/**
 * One action. `before` on a step: the instance is treated as it was declared before the operation, not as it is declared now.
 */
export type Step =
  | { kind: 'project'; host: string }
  /** An image of ours that the host lacks, from one that has it. */
  | { kind: 'copyImage'; copy: ImageCopy }
  | { kind: 'create'; at: Place; role: Role }
  /** `stopped`: the instance is stopped for it, and started afterwards: Incus reads some things only at a start. */
  | { kind: 'configure'; at: Place; from?: LiveInstance; live?: boolean; stopped?: boolean; before?: LiveInstance }
  | { kind: 'install'; at: Place; fresh?: boolean; before?: LiveInstance }
  | { kind: 'start'; at: Place; revive?: LiveInstance }
  /** `from`: the whole instance, whatever runs in it; it serves now. */
  | { kind: 'restart'; at: Place; before?: LiveInstance; from?: LiveInstance }
  | { kind: 'halt'; from: LiveInstance }
  /** `moves`: to another host, and its own must not start it when that is restarted. */
  | { kind: 'retire'; from: LiveInstance; moves?: true }
  /** `name`: a person's; absent: the operation's own. */
  | { kind: 'snapshot'; from: LiveInstance; name?: string }
  | { kind: 'dropSnapshot'; from: LiveInstance; snapshot: string }
  | { kind: 'restore'; from: LiveInstance; snapshot: string }
  /** A copy takes the place of its original. */
  | { kind: 'promote'; promotion: Promotion; oneWayBack?: boolean }
  | { kind: 'demote'; promotion: Promotion }
  /** A backup of it is made. */
  | { kind: 'backUp'; from: LiveInstance }
  /** A backup is brought to its host, beside what is there. */
  | { kind: 'fetchBackup'; restoration: Restoration }
  /** It takes the place of what it is a backup of; it does not run yet. */
  | { kind: 'placeFetched'; restoration: Restoration }
  | { kind: 'takeOut'; restoration: Restoration }
  | { kind: 'dropFetched'; restoration: Restoration }
  /** An instance is copied to the host of `at`. `last`: it is stopped, so that nothing is written meanwhile. */
  | { kind: 'copy'; from: LiveInstance; at: LiveInstance; last?: true }
  /** That copy takes the place of the instance, which is stopped; it does not run yet. */
  | { kind: 'takeOver'; from: LiveInstance; at: LiveInstance }
  /** It serves from here on: what is written to it must not be lost, so that the move is not taken back any more. */
  | { kind: 'moved'; from: LiveInstance; at: LiveInstance }
  /** What did not come up on the other host never runs again there. */
  | { kind: 'putBack'; from: LiveInstance; at: LiveInstance }
  /** A copy that was made for a move that came to nothing. */
  | { kind: 'dropCopy'; from: LiveInstance; at: LiveInstance }
  | { kind: 'healthy'; at: Place; from?: LiveInstance; before?: LiveInstance; proven?: boolean }
  | { kind: 'admit'; at: Place; from?: LiveInstance; weight?: number; like?: string }
  | { kind: 'drain'; at: Place; from?: LiveInstance }
  | { kind: 'forget'; at: Pick<Place, 'name' | 'host' | 'resource'> }
  /** `stays`: it was to move, and its host may start it again. */
  | { kind: 'role'; at: Place; role: Role; stays?: true }
  | { kind: 'swap'; at: Place; from: LiveInstance | null }
  | { kind: 'weights'; percent: number; resources: string[] }
  | { kind: 'switch'; active: Record<string, Color>; from?: LiveInstance }
  /** `partly`: instances that the operation did not touch may be at another revision. */
  | { kind: 'settle'; before?: boolean; partly?: true }
  | { kind: 'recheck' }
  | { kind: 'watch'; watch: Watch }
  | { kind: 'commit'; gone: string[] }
  | { kind: 'keepLogs'; at: Place }
  | { kind: 'delete'; at: Pick<Place, 'name' | 'host'> & { resource?: string } }
  | { kind: 'deleteVolume'; volume: VolumeAt }
  /** `spent`: the snapshot that an undo restored. It holds what the instance holds, so it goes before any other one. */
  | { kind: 'prune'; at: Pick<Place, 'name' | 'host'> & { volumes?: VolumeRef[] }; spent?: string }
  | { kind: 'closePorts'; host: string }
  /** `number`: its place in the list, from 1. */
  | { kind: 'hook'; name: HookName; number: number; hook: Hook }

export type KindOfStep = Step['kind']
export type StepOf<K extends KindOfStep> = Extract<Step, { kind: K }>

/** Steps on one instance, one after another; the lanes of a stage run side by side. */
export interface Lane {
  /** The instance that is half changed while the lane runs. */
  instance?: string
  host?: string
  steps: Step[]
  /** The lane ends with the instance still half changed: a later lane of it completes the change. */
  staysDirty?: boolean
  /** What the lane takes back. */
  compensates?: { undo: Compensation['kind']; instance: string; host: string }
}

export interface Stage {
  name: string
  lanes: Lane[]
  /** Lanes at a time; absent: all. */
  atOnce?: number
  /**
   * stop (default): the operation fails with the stage. continue: what failed is named at the end. warn: it is a warning beside the outcome.
   * ignore: nobody is told, for what the next operation does as well.
   */
  onFailure?: 'stop' | 'continue' | 'warn' | 'ignore'
  /** Nothing is changed by it, whatever its steps do elsewhere: where it fails first, there is nothing to take back. */
  changesNothing?: true
}

/** A whole operation. */
export interface Procedure {
  stages: Stage[]
  /** What stays, out of the traffic, for an instant switch back. */
  standby: LiveInstance[]
}

/**
 * How to take one step back: registered before the step, plain data, shown to people. A procedure is made of what is registered
 * when an operation fails.
 */
export type Compensation =
  /** The operation made it: out of the traffic, and deleted. */
  | { kind: 'delete'; at: Place }
  /** It was taken out of the traffic, and nothing else happened. */
  | { kind: 'readmit'; from: LiveInstance }
  /** It may be half changed and has taken no traffic since: back to the snapshot. */
  | { kind: 'restore'; from: LiveInstance; snapshot: string }
  /** It may have taken traffic with the new version: the old release again, its data kept. */
  | { kind: 'reinstall'; from: LiveInstance; stopped?: boolean }
  /** A snapshot that a person asked for, and that may be half made: deleted, of the instance and its volumes. */
  | { kind: 'dropSnapshot'; from: LiveInstance; snapshot: string }
  /** Only limits or devices changed. */
  | { kind: 'configure'; from: LiveInstance }
  /** It was to be restarted, and may be stopped: started, healthy and in the traffic again. */
  | { kind: 'start'; from: LiveInstance }
  /**
   * It was put aside for its replacement: started, live and in the traffic again. `copy`: what took its place and may run, which is made a
   * copy again first.
   */
  | { kind: 'revive'; from: LiveInstance; moves?: true; copy?: Promotion }
  /** It was a copy: a copy again. */
  | { kind: 'demote'; from: LiveInstance; promotion: Promotion }
  /** It was brought there from a backup, and has nobody's place: deleted. */
  | { kind: 'dropFetched'; at: LiveInstance; restoration: Restoration }
  /** It took a place, and may run: it is stopped first, and then what had the place, `from`, is started, live and in the traffic again. */
  | { kind: 'takeOut'; from: LiveInstance; restoration: Restoration }
  /** It was copied to another host for a move, and never ran there: the copy goes. */
  | { kind: 'dropCopy'; at: LiveInstance; original: LiveInstance }
  /** It was stopped for a move, and its copy may run: that is stopped first, and then it is started, live and in the traffic again. */
  | { kind: 'moveBack'; from: LiveInstance; copy: LiveInstance }
  /** It was a standby and came back: a standby again. */
  | { kind: 'shelve'; from: LiveInstance }
  /** The public ports lead to another set: back to these colors. */
  | { kind: 'switch'; from: LiveInstance | null; active: Record<string, Color> }
  /** Canaries take requests: none any more. Done first, and also when the operation is held. */
  | { kind: 'withdraw'; resources: string[] }

/** A lane that failed where the procedure goes on all the same. */
export interface LaneFailure {
  /** Name of the lane's instance, or of its step. */
  instance: string
  host: string
  /** compensation: which. */
  undo?: Compensation['kind']
  error: ErrorReport
}

/** Where an operation is in its procedure; stages count from 1. */
export interface Position {
  stage: number
  stages: number
  name: string
  /** ISO time at which it began; absent in operations of older workers. */
  since?: string
}
