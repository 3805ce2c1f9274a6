import { setTimeout as sleep } from 'node:timers/promises'
import { Cul8erError } from '../../errors.js'
import { query, type IncusCommand } from '../../incus/index.js'
import { durationWords } from '../../topology/units.js'
import { overAttempts } from '../attempts.js'
import { minimalEnvironment, runClient } from '../client.js'
import type { HostExecutor, IncusWay } from '../executor.js'
import { remoteName, remotesFolder } from './remotes.js'

/** Two hosts, for commands that are about both. */
export interface Between {
  /** Names of the remotes in commands. */
  source: string
  target: string
  /**
   * Runs a command that moves data from one to the other, for as long as something moves: data passes through this machine, so that neither
   * host has to reach the other. When it ends early the target may be left half done.
   * @throws Cul8erError by the text Incus printed, UNREACHABLE, TIMEOUT when nothing moves any more, or the signal's reason
   */
  run(command: IncusCommand, signal: AbortSignal): Promise<void>
  /** Ends what was opened for it. */
  close(): Promise<void>
}

/** ms without any progress after which a command is ended. */
const STALLED_MS = 5 * 60_000
/** ms between two looks at the progress. */
const LOOK_MS = 10_000
/** ms; what ends it is a lack of progress. */
const MOST_MS = 24 * 60 * 60_000

export interface BetweenOptions {
  /** The Incus client; default `incus` on PATH. */
  client?: string
  stalledMs?: number
  lookMs?: number
}

/**
 * A way from one host to another.
 * @throws Cul8erError NOT_SUPPORTED_YET for hosts between which there is none; as the hosts answer
 */
export async function between(
  source: HostExecutor,
  target: HostExecutor,
  signal: AbortSignal,
  { client = 'incus', stalledMs = STALLED_MS, lookMs = LOOK_MS }: BetweenOptions = {},
): Promise<Between> {
  const [from, to] = await Promise.all([wayOf(source, signal), wayOf(target, signal)])
  if (from.kind === 'emulated' && to.kind === 'emulated') {
    return {
      source: from.name,
      target: to.name,
      run: async (command) => void (await target.run(command, { signal })),
      close: async () => {},
    }
  }
  if (from.kind === 'emulated' || to.kind === 'emulated') throw noWay(source, target)
  const names = { source: remoteName(source.host), target: remoteName(target.host) }
  const { folder, remove } = await remotesFolder({ [names.source]: from, [names.target]: to })
  const environment = {
    ...minimalEnvironment(),
    INCUS_CONF: folder,
    // The way to a host is no matter of a proxy that leads to image servers.
    NO_PROXY: [process.env.NO_PROXY, ...[from, to].map(hostnameOf)].filter(Boolean).join(','),
  }
  const { run } = overAttempts((command, options) => runClient(client, environment, command, options))
  return {
    ...names,
    run: async (command, ended) => {
      const stalled = new AbortController()
      const over = new AbortController()
      const watch = watchProgress([source, target], { stalledMs, lookMs, signal: over.signal }).then((moved) => {
        if (!moved) stalled.abort(tookTooLong(command, source, target, stalledMs))
      })
      try {
        await run(command, { signal: AbortSignal.any([signal, ended, stalled.signal]), timeoutMs: MOST_MS })
      } finally {
        over.abort()
        await watch
      }
    },
    close: remove,
  }
}

const hostnameOf = (way: IncusWay): string | null => (way.kind === 'https' ? new URL(way.url).hostname : null)

async function wayOf(executor: HostExecutor, signal: AbortSignal): Promise<IncusWay> {
  const way = await executor.way?.(signal)
  if (way !== undefined) return way
  throw new Cul8erError('NOT_SUPPORTED_YET', `nothing can be copied to or from host ${executor.host}`)
}

/** @returns false when nothing moved for too long; true: it was told to end */
async function watchProgress(
  hosts: readonly HostExecutor[],
  { stalledMs, lookMs, signal }: { stalledMs: number; lookMs: number; signal: AbortSignal },
): Promise<boolean> {
  let before = ''
  let since = Date.now()
  try {
    for (;;) {
      await sleep(lookMs, undefined, { signal })
      const now = (await Promise.all(hosts.map((host) => progressOf(host, signal)))).join('\n')
      if (now !== before) since = Date.now()
      before = now
      if (Date.now() - since >= stalledMs) return false
    }
  } catch (error) {
    if (signal.aborted) return true
    throw error
  }
}

/** What Incus says of how far its operations are. A host that gives no answer moves nothing. */
async function progressOf(host: HostExecutor, signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await host.run(query('/1.0/operations?recursion=1&all-projects=true'), { signal })
    const { running = [] } = JSON.parse(stdout) as { running?: { id: string; metadata?: unknown }[] }
    return JSON.stringify(running.map(({ id, metadata }) => [id, metadata]))
  } catch {
    return ''
  }
}

const noWay = (source: HostExecutor, target: HostExecutor): Cul8erError =>
  new Cul8erError('NOT_SUPPORTED_YET', `nothing can be copied from host ${source.host} to ${target.host}`, {
    hint: 'one of them is emulated, the other is not',
  })

const tookTooLong = (
  { args: [verb = ''] }: IncusCommand,
  source: HostExecutor,
  target: HostExecutor,
  stalledMs: number,
): Cul8erError =>
  new Cul8erError(
    'TIMEOUT',
    `incus ${verb} from ${source.host} to ${target.host} made no progress for ${durationWords(stalledMs)} and was killed`,
  )
