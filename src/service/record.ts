import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Identity } from './identity.js'
import type { ServicePaths } from './paths.js'

/** What the embedded service says of itself, in `service.json`. */
export interface ServiceRecord {
  state: 'starting' | 'ready' | 'stopped' | 'failed'
  supervisor: Identity
  temporal: Identity | null
  worker: Identity | null
  port: number
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

/** The record, or null when there is none that can be read. */
export function readRecord(paths: ServicePaths): ServiceRecord | null {
  try {
    return JSON.parse(readFileSync(paths.record, 'utf8')) as ServiceRecord
  } catch {
    return null
  }
}

/** Replaces the record in one step, so that a reader never sees half of one. */
export function writeRecord(paths: ServicePaths, record: ServiceRecord): void {
  const draft = `${paths.record}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, paths.record)
}
