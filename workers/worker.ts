import { messageOf } from '../src/errors.js'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { Logger } from 'pino'
import type { Target } from '../src/service/target.js'
import { authenticActivities } from '../activities/authentic.js'
import { fencedActivities } from '../activities/fenced.js'
import { loggedActivities } from '../activities/logged.js'
import { createActivities, watchActivities, type ActivityDeps } from '../activities/index.js'
import { siteQueue, siteWatchQueue } from '../src/contracts/index.js'
import { payloadCodecs } from '../src/payloads/codecs.js'
import { liftQueueLimits } from './queue-limits.js'
import { scheduleHousekeeping } from './schedule.js'
import { ensureRetention } from './retention.js'
import { ensureSearchAttributes } from './search-attributes.js'

/** Where a worker polls. */
export interface WorkerOptions {
  target: Target
  /** Whose hosts it is for; absent: those of no site, and all that is about none. */
  site?: string | undefined
  deps: ActivityDeps
  log: Logger
  /** The server is the embedded one: how long it keeps ended operations is ours to say. */
  embedded?: boolean
  /** What is sent to the server is encrypted. */
  encrypt?: boolean
}

export interface RunningWorker {
  /** Ends when `stop` was called, or rejects when the worker cannot go on. */
  done: Promise<void>
  stop(): void
}

/** Activities at a time: enough for a wide batch, few enough for 2 cores and one Incus. */
const ACTIVITIES = 64

/** Topologies that are watched at a time: a probe now and then for each. */
const WATCHES = 1_000

/** Connects and polls. Steps under way get 10 s to end at a stop; what they did not end, another worker does again. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { target, deps, log, site, embedded = false, encrypt = false } = options
  const { connection: server, namespace } = target
  quiet(log)
  const connection = await NativeConnection.connect(server)
  try {
    if (site === undefined) await ensureSearchAttributes(connection, namespace)
  } catch (error) {
    await connection.close()
    throw error
  }
  const common = {
    namespace,
    dataConverter: {
      payloadCodecs: payloadCodecs({ key: deps.sealKey, former: deps.formerKeys, side: 'worker', encrypt }),
    },
    shutdownGraceTime: '10s',
    shutdownForceTime: '15s',
    // A cancellation reaches an activity with the answer to a heartbeat; abort shall not wait for long.
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
  } as const
  const activity = [authenticActivities, fencedActivities(deps.fence), loggedActivities(log)]
  // Workflows reach no host: whoever is for none runs them.
  const { workflowModules, ...code }: WorkflowCode = site === undefined ? workflowCode() : {}
  const worker = await Worker.create({
    ...common,
    connection,
    taskQueue: siteQueue(site),
    ...code,
    activities: { ...createActivities(deps) },
    interceptors: { activity, ...(workflowModules === undefined ? {} : { workflowModules }) },
    maxConcurrentActivityTaskExecutions: ACTIVITIES,
  })
  // Two workers with one connection are taken for a mistake.
  const ownConnection = await NativeConnection.connect(server)
  const watcher = await Worker.create({
    ...common,
    connection: ownConnection,
    taskQueue: siteWatchQueue(site),
    activities: { ...watchActivities(deps) },
    interceptors: { activity },
    maxConcurrentActivityTaskExecutions: WATCHES,
  })
  if (embedded) {
    await ensureRetention(connection, namespace).then(
      (ms) => ms !== null && log.info({ ms }, 'set the retention of the namespace'),
      (error: unknown) => log.warn({ error: String(error) }, 'could not set the retention of the namespace'),
    )
  }
  for (const queue of [siteQueue(site), siteWatchQueue(site)]) {
    await liftQueueLimits(connection, { namespace, taskQueue: queue }).catch((error: unknown) =>
      log.warn({ error: String(error), queue }, 'could not set the limits of the queue'),
    )
  }
  // Without it nothing is wrong but the disk's use: a namespace may forbid schedules.
  if (site === undefined) {
    await scheduleHousekeeping(connection, { namespace }).catch((error: unknown) =>
      log.warn({ error: String(error) }, 'housekeeping is not scheduled'),
    )
  }
  const running = [worker.run().finally(() => connection.close()), watcher.run().finally(() => ownConnection.close())]
  const stop = (): void => [worker, watcher].forEach((each) => each.getState() === 'RUNNING' && each.shutdown())
  // One that cannot go on takes the other along: whoever runs them starts both anew.
  const done = Promise.all(running.map((each) => each.finally(stop))).then(() => undefined)
  return { done, stop }
}

type WorkflowCode = Pick<Parameters<typeof Worker.create>[0], 'workflowBundle' | 'workflowsPath'> & {
  workflowModules?: string[]
}

/** The bundle that the build made; without it, what it is made of. */
function workflowCode(): WorkflowCode {
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
  const codePath = at('../workflow-bundle.js')
  if (existsSync(codePath)) return { workflowBundle: { codePath } }
  return {
    workflowsPath: at('../workflows/index.js'),
    workflowModules: [at('../workflows/authentic/index.js')],
  }
}

let installed = false

/** The SDK's own log goes where ours goes. The runtime can be set up once in a process. */
function quiet(log: Logger): void {
  if (installed) return
  installed = true
  const logger = new DefaultLogger('INFO', ({ level, message, meta }) => {
    // The whole error is long, and its payloads are nobody's business: its message says enough.
    const { error, ...rest } = { ...meta }
    const fields = error === undefined ? rest : { ...rest, error: messageOf(error) }
    if (level === 'ERROR') log.error(fields, message)
    else if (level === 'WARN') log.warn(fields, message)
    else log.debug(fields, message)
  })
  Runtime.install({ logger, shutdownSignals: [] })
}
