import { defineUpdate } from '@temporalio/workflow'
import type { Host } from '../topology/model.js'

/*
 * The end of a topology's time, apart from its ledger. The ledger decides about it and has a timer; beside that a Temporal Schedule fires
 * once, and labels say it on the instances, should the ledger be gone by then. Neither destroys anything: both ask the ledger, which starts
 * the `destroy` that a person's command would start.
 */

/** The Schedule of a topology with a ttl, as the Web UI lists it. */
export const ttlScheduleId = (topology: string): string => `topology/${topology}/ttl`

/** When a topology is destroyed by itself, and where it is. */
export interface Expiry {
  topology: string
  /** ISO time; null: it is not. */
  expiresAt: string | null
  project: string | null
  /** Where something of it may be. */
  hosts: Record<string, Host>
}

/** What a Schedule is made for: this expiry and no other, so that one that fires late or twice does nothing. */
export type ExpiryReached = Expiry & { expiresAt: string }

/**
 * How a Schedule stands. `right`: it was already. `past`: its time is over, and the ledger acts. `unsupported`: the server has no Schedules, so
 * the timer of the ledger is all there is.
 */
export type ScheduleKept = 'made' | 'right' | 'removed' | 'past' | 'unsupported'

/**
 * What a ledger says of an expiry. `due`: it destroys the topology as soon as no operation is in progress. `stale`: the time was moved or taken
 * away. `gone`: nothing is deployed. `unproven`: the ledger was lost, and the labels on the instances do not say the same.
 */
export type ExpiryAnswer = 'due' | 'stale' | 'gone' | 'unproven'

export interface ExpireRequest {
  /** The expiry that was reached, ISO time. */
  expiresAt: string
}

/** What was written down of an expiry beside the artifacts. */
export type ExpiryWritten = { known: false } | { known: true; expiresAt: string | null }

/** Asks a ledger to act on an expiry. A ledger that runs does so by itself. */
export const expire = defineUpdate<ExpiryAnswer, [ExpireRequest]>('expire')

/** What a sweep over hosts and ledgers came to. */
export interface Swept {
  /** Schedules that were missing or wrong. */
  schedules: string[]
  /** Topologies whose time is over: what became of them. */
  expired: { topology: string; answer: ExpiryAnswer }[]
  /** Instances whose time is over and whose topology is unknown here: somebody else's, and left alone. */
  foreign: string[]
}
