import writeFileAtomic from 'write-file-atomic'
import type { Identity } from './identity.js'
import { readOwn } from './own.js'
import type { ServicePaths } from './paths.js'

/** What the embedded service says of itself, in `service.json`. */
export interface ServiceRecord {
  state: 'starting' | 'ready' | 'stopped' | 'failed'
  supervisor: Identity
  temporal: Identity | null
  /** The program that Temporal runs, with links followed; absent in records of older builds. */
  binary?: string
  worker: Identity | null
  port: number
  /** Absent in records of older builds, whose Web UI listens at 127.0.0.1. */
  uiHost?: string
  uiPort: number
  /** Of the code that the supervisor and its worker run. */
  build: string
  /** ISO time. */
  startedAt: string
  /** How often each part was started again. */
  restarts: { temporal: number; worker: number }
  /** Why it failed, for the command that waits. */
  problem?: string
}

/**
 * The record, or null when there is none, or half of one.
 * @throws Cul8erError PERMISSION for one that this user did not write
 */
export function readRecord(paths: ServicePaths): ServiceRecord | null {
  const text = readOwn(paths.record)
  if (text === null) return null
  try {
    return JSON.parse(text) as ServiceRecord
  } catch {
    return null
  }
}

/** Replaces the record in one step, so that a reader never sees half of one. */
export function writeRecord(paths: ServicePaths, record: ServiceRecord): void {
  writeFileAtomic.sync(paths.record, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
}
