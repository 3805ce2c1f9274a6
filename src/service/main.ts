import { messageOf } from '../errors.js'
import pino from 'pino'
import { logLevel } from '../processes/log-level.js'
import { takeLock } from './lock.js'
import { logFile, makeFolders, servicePaths } from './paths.js'
import { rotateLogs } from './rotate.js'
import { Supervisor } from './supervisor.js'

/* The embedded service's process: started in the background by the first command that needs it. */

const ROTATE_MS = 10_000

process.umask(0o077)
const paths = servicePaths()
makeFolders(paths)
if (takeLock(paths.locks, 'supervisor') !== null) process.exit(0)

const log = pino(
  { base: { pid: process.pid }, level: logLevel(process.env), timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ dest: logFile(paths, 'service'), append: true, sync: true, mode: 0o600 }),
)
const supervisor = new Supervisor(paths, log, () => void end('giving up', () => supervisor.stop(), 1))

let ending = false
async function end(why: string, how: () => Promise<void>, code: number): Promise<void> {
  if (ending) return
  ending = true
  log.info({ why }, 'ends')
  await how().catch((error: unknown) => log.error({ err: error }, 'did not stop cleanly'))
  process.exit(code)
}

process.on('SIGTERM', () => void end('SIGTERM', () => supervisor.stop(), 0))
process.on('SIGINT', () => void end('SIGINT', () => supervisor.stop(), 0))
process.on('SIGUSR2', () => void end('a newer build takes over', () => supervisor.handOver(), 0))
setInterval(() => rotateLogs(paths), ROTATE_MS)

log.info({ home: paths.home }, 'starts')
await supervisor.run().catch((error: unknown) => {
  log.error({ err: error }, 'did not start')
  supervisor.fail(messageOf(error))
})
