import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { isLoopback, parseListen } from '../src/artifacts/listen.js'
import { serveArtifacts } from '../src/artifacts/serve.js'
import type { ArtifactStore } from '../src/artifacts/store.js'
import { artifactTokens } from '../src/artifacts/token.js'
import { Cul8erError, messageOf } from '../src/errors.js'

export interface Served {
  store: ArtifactStore
  env: NodeJS.ProcessEnv
  sealKey: Uint8Array
  formerKeys: readonly Uint8Array[]
  log: Logger
  /** Ends it. */
  signal: AbortSignal
}

/** ms until a port that another process has is tried again. */
const AGAIN_MS = 5_000

/**
 * Serves this worker's artifacts where CUL8ER_ARTIFACTS_LISTEN says so. Of two workers of one machine the second one waits until the first one
 * has ended.
 * @throws Cul8erError USAGE for an address, a token or a certificate that is none
 */
export async function serveWhereAsked({ store, env, log, signal, ...keys }: Served): Promise<void> {
  const { CUL8ER_ARTIFACTS_LISTEN: text, CUL8ER_ARTIFACTS_CERT: cert, CUL8ER_ARTIFACTS_KEY: key } = env
  if (!text) return
  const listen = parseListen(text)
  const tokens = await artifactTokens({ env, ...keys })
  const tls = await certificate(cert, key)
  if (tls === undefined && !isLoopback(listen)) {
    log.warn(
      { listen },
      'artifacts are served without TLS: use a private network, or set CUL8ER_ARTIFACTS_CERT and CUL8ER_ARTIFACTS_KEY',
    )
  }
  void (async () => {
    for (let told = false; !signal.aborted;) {
      try {
        const served = await serveArtifacts({ store, listen, tokens, tls })
        log.info({ host: listen.host, port: served.port }, 'serving artifacts')
        signal.addEventListener('abort', () => void served.close(), { once: true })
        return
      } catch (error) {
        if (!told) log.warn({ listen, error: messageOf(error) }, 'cannot serve artifacts yet')
        told = true
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  })()
}

async function certificate(cert = '', key = ''): Promise<{ cert: string; key: string } | undefined> {
  if (cert === '' && key === '') return undefined
  const read = (file: string, variable: string): Promise<string> =>
    readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Cul8erError('USAGE', `${variable} is ${JSON.stringify(file)}, which cannot be read`, {
        hint: 'CUL8ER_ARTIFACTS_CERT and CUL8ER_ARTIFACTS_KEY name two PEM files, and go together',
        cause,
      })
    })
  return { cert: await read(cert, 'CUL8ER_ARTIFACTS_CERT'), key: await read(key, 'CUL8ER_ARTIFACTS_KEY') }
}
