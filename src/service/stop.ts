import { existsSync } from 'node:fs'
import { emulatorControl } from '../emulator/client.js'
import { endProcess, gone, identify, isAlive, signal, type Identity } from './identity.js'
import { findServers } from './leftovers.js'
import { lockHolder } from './lock.js'
import { refuseForeignHome } from './own.js'
import { servicePaths } from './paths.js'
import { readRecord, writeRecord } from './record.js'

/** The supervisor gives its worker 8 s and Temporal 5 s. */
const PATIENCE_MS = 20_000

/**
 * Ends the embedded service and what a killed supervisor left of it. Operations stay in the database and go on with the
 * next start.
 * @returns whether something ran
 * @throws Cul8erError PERMISSION for a home that is not the user's own
 */
export async function stopService(home?: string): Promise<boolean> {
  const paths = servicePaths(home)
  // What another user wrote there could name any process of this one.
  refuseForeignHome(paths.home)
  const record = readRecord(paths)
  const supervisor = lockHolder(paths.locks, 'supervisor')
  if (supervisor !== null) {
    signal(supervisor, 'SIGTERM')
    if (!(await gone(supervisor, PATIENCE_MS))) await endProcess(supervisor, 0)
  }
  const leftovers = [record?.worker, record?.temporal, ...findServers(paths.database)].filter(
    (identity): identity is Identity => identity !== null && identity !== undefined && isAlive(identity),
  )
  for (const identity of leftovers) await endProcess(identity, 5_000)
  if (record !== null && leftovers.length > 0) {
    writeRecord(paths, { ...record, state: 'stopped', temporal: null, worker: null })
  }
  // Emulated hosts come back as they were when something is asked of them.
  if (existsSync(paths.emulator)) await endEmulator(paths.emulator)
  return supervisor !== null || leftovers.length > 0
}

async function endEmulator(folder: string): Promise<void> {
  const control = emulatorControl(folder)
  const pid = await control.serving()
  control.close()
  const identity = pid === null ? null : identify(pid)
  if (identity !== null) await endProcess(identity, 5_000)
}
