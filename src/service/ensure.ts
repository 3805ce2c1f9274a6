import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cul8erError } from '../errors.js'
import { serviceEnvironment } from '../processes/environment.js'
import { temporalBinary } from './binary.js'
import { buildStamp, distFolder } from './build-stamp.js'
import { gone, isAlive, signal, type Identity } from './identity.js'
import { lockHolder } from './lock.js'
import { refuseForeignHome } from './own.js'
import { logFile, makeFolders, servicePaths, type ServicePaths } from './paths.js'
import { wantedPorts } from './ports.js'
import { readRecord, type ServiceRecord } from './record.js'
import { wantedRetention } from './retention.js'

/** Longer than a start on a large database and the supervisor's own patience with it. */
const READY_MS = 60_000
/** A supervisor that was started and holds no lock after this time did not come up. */
const SPAWN_MS = 5_000

export interface Service {
  address: string
  uiUrl: string
  home: string
}

/**
 * The embedded service, started if it does not run, brought back if a part of it is gone, replaced if it is of an older
 * build. Costs two file reads when all is well.
 * @throws Cul8erError SERVICE when it does not come up
 */
export async function ensureService(home?: string): Promise<Service> {
  const paths = servicePaths(home)
  makeFolders(paths)
  const deadline = Date.now() + READY_MS
  let spawnedAt = 0
  for (;;) {
    const record = readRecord(paths)
    const holder = running(paths, record)
    if (holder !== null && record !== null && isReady(record, holder)) {
      if (record.build >= buildStamp()) return serviceOf(paths, record)
      signal(holder, 'SIGUSR2')
      await gone(holder, 20_000)
      spawnedAt = 0
    } else if (holder === null) {
      if (record !== null && gaveUp(record, spawnedAt)) throw failed(paths, record.problem ?? 'it gave up')
      if (Date.now() - spawnedAt > SPAWN_MS) {
        if (spawnedAt > 0) throw failed(paths, 'its process exited at once')
        // What it would refuse is refused here.
        wantedRetention()
        wantedPorts()
        // Found, or built for minutes, here, where a person sees it.
        await temporalBinary()
        spawnedAt = Date.now()
        // Loaded here: most commands find the service running.
        const { startByUnit } = await import('./systemd/installed.js')
        if (!(await startByUnit({ home: paths.home, main: serviceMain() }))) spawnSupervisor(paths)
      }
    }
    if (Date.now() > deadline) throw failed(paths, `it was not ready after ${READY_MS / 1000} s`)
    await sleep(20)
  }
}

/**
 * The service as it is, without starting it; null when it does not run.
 * @throws Cul8erError PERMISSION for a home that is not the user's own
 */
export function runningService(home?: string): (Service & { record: ServiceRecord }) | null {
  const paths = servicePaths(home)
  refuseForeignHome(paths.home)
  const record = readRecord(paths)
  const holder = running(paths, record)
  return record !== null && holder !== null && isReady(record, holder) ? { ...serviceOf(paths, record), record } : null
}

const running = (paths: ServicePaths, record: ServiceRecord | null): Identity | null =>
  record !== null && isAlive(record.supervisor) ? record.supervisor : lockHolder(paths.locks, 'supervisor')

const isReady = ({ state, supervisor, temporal }: ServiceRecord, holder: Identity): boolean =>
  state === 'ready' && supervisor.pid === holder.pid && temporal !== null && isAlive(temporal)

// An earlier failure says nothing of the start that this command made. By the problem and not by the state, which is `stopped` a moment later.
const gaveUp = ({ problem, startedAt }: ServiceRecord, spawnedAt: number): boolean =>
  problem !== undefined && spawnedAt > 0 && Date.parse(startedAt) >= spawnedAt

const serviceOf = ({ home }: ServicePaths, { port, uiHost = '127.0.0.1', uiPort }: ServiceRecord): Service => ({
  address: `127.0.0.1:${port}`,
  uiUrl: `http://${uiHost}:${uiPort}`,
  home,
})

/** What runs the service. */
export const serviceMain = (): string => join(distFolder, 'src', 'service', 'main.js')

function spawnSupervisor(paths: ServicePaths): void {
  const log = openSync(logFile(paths, 'service'), 'a', 0o600)
  const child = spawn(process.execPath, ['--enable-source-maps', serviceMain()], {
    detached: true,
    // Not the user's folder: it may go away, or be unmounted.
    cwd: paths.home,
    stdio: ['ignore', log, log],
    env: { ...serviceEnvironment(process.env), CUL8ER_HOME: paths.home },
  })
  closeSync(log)
  child.unref()
}

const failed = (paths: ServicePaths, why: string): Cul8erError =>
  new Cul8erError('SERVICE', `the embedded service does not start: ${why}`, {
    hint: 'cul8er service logs shows why; cul8er doctor checks the machine',
    details: { log: logFile(paths, 'service') },
  })
