import { messageOf } from '../src/errors.js'
import { setTimeout as sleep } from 'node:timers/promises'
import pino, { type Logger } from 'pino'
import { wantsEncryption } from '../src/payloads/codecs.js'
import { logLevel } from '../src/processes/log-level.js'
import { serviceHome } from '../src/service/paths.js'
import { watchParent } from '../src/service/parent.js'
import { configuredTarget, type Target } from '../src/service/target.js'
import { siteNamed } from '../src/sites/name.js'
import { serveWhereAsked } from './artifacts.js'
import { openDeps } from './deps.js'
import { startWorker } from './worker.js'

/**
 * The worker process: polls the Temporal server of its environment until it is told to stop, or until the embedded service
 * that started it is gone.
 */
async function main(log: Logger): Promise<void> {
  const home = serviceHome()
  const target = targetOf(process.env)
  const embedded = process.env.CUL8ER_SUPERVISOR_PID !== undefined
  // Commands put releases into its home; the shell that started the service may have been one for a worker of a site.
  if (embedded) delete process.env.CUL8ER_ARTIFACTS
  const site = siteOf(process.env)
  const deps = await openDeps({ home, log, site })
  const encrypt = wantsEncryption(process.env)
  const over = new AbortController()
  const { artifacts: store, ...keys } = deps
  await serveWhereAsked({ store, env: process.env, ...keys, signal: over.signal })
  if (site !== undefined) keepTidy(deps, over.signal)
  const worker = await patiently(log, () => startWorker({ target, deps, log, site, embedded, encrypt }))
  log.info(
    { address: target.connection.address, namespace: target.namespace, ...(site === undefined ? {} : { site }) },
    'polling',
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => worker.stop())
  watchParent(() => worker.stop())
  await worker.done
  over.abort()
  await deps.close()
}

/** What a site's worker fetched and has not needed for a week is removed: no schedule reaches its folders. */
function keepTidy({ artifacts, images, log }: Awaited<ReturnType<typeof openDeps>>, signal: AbortSignal): void {
  const tidy = (): void =>
    void Promise.all([artifacts.pruneCache?.(), images.prune()]).catch((error: unknown) =>
      log.warn({ error: messageOf(error) }, 'could not remove what is not used any more'),
    )
  tidy()
  const timer = setInterval(tidy, TIDY_MS)
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}

const TIDY_MS = 6 * 3_600_000

/** The supervisor says where its server is; what a person set up for a server of their own is not meant then. */
function targetOf(env: NodeJS.ProcessEnv): Target {
  const { CUL8ER_SUPERVISOR_PID: supervised, TEMPORAL_ADDRESS: address = '127.0.0.1:7233' } = env
  return supervised === undefined ? configuredTarget(env) : { connection: { address }, namespace: 'default' }
}

/** A service's worker is for the hosts that its machine reaches, whatever the shell that started the service was for. */
function siteOf({ CUL8ER_SUPERVISOR_PID: supervised, CUL8ER_SITE: site }: NodeJS.ProcessEnv): string | undefined {
  return supervised === undefined ? siteNamed(site) : undefined
}

/** The server may be starting at the same moment. */
async function patiently<T>(log: Logger, start: () => Promise<T>): Promise<T> {
  for (let left = CONNECT_TRIES; ; left -= 1) {
    try {
      return await start()
    } catch (error) {
      if (left <= 1) throw error
      log.info({ error: String(error) }, 'no server yet')
      await sleep(500)
    }
  }
}

const CONNECT_TRIES = 60

const log = pino({ name: 'worker', level: logLevel(process.env) })
main(log).then(
  () => process.exit(0),
  (error: unknown) => {
    log.fatal({ error: messageOf(error) }, 'the worker ended')
    process.exit(1)
  },
)
