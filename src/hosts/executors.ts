import { Cul8erError } from '../errors.js'
import { EmulatorClient } from '../emulator/client.js'
import type { Emulation } from '../emulator/executor.js'
import { serviceHome } from '../service/paths.js'
import type { HostExecutor } from './executor.js'
import { logged, type RanCommand } from './logged.js'
import type { AddressKind } from './kinds/address.js'
import { ADDRESS_KINDS } from './kinds/addresses.js'
import type { ExecutorKind, HostWay } from './kinds/executor.js'
import { EXECUTOR_KINDS } from './kinds/executors.js'
import { ownKnownHosts } from './ssh/own-known-hosts.js'

export interface ExecutorsOptions {
  /** cul8er's home, with the SSH host keys and certificates that it was told to trust; default that of this process. */
  home?: string
  /** Folder of the emulator's socket and state; emulated hosts need it. */
  emulatorHome?: string
  /** An emulator in this process instead of one that outlives it. */
  emulation?: Emulation
  /** The Incus client; default `incus` on PATH. */
  client?: string
  /** Is told of each command that ended. */
  tell?: (ran: RanCommand) => void
}

export interface Executors {
  /**
   * The way to a host, the same one each time.
   * @throws Cul8erError NOT_SUPPORTED_YET for a kind of host that cul8er cannot reach yet
   */
  executorFor(name: string, host: HostWay): HostExecutor
  /** Ends what the executors keep open; emulated hosts live on. */
  close(): Promise<void>
}

/** One executor a host, made when it is first asked for. */
export function createExecutors(options: ExecutorsOptions = {}): Executors {
  const made = new Map<string, HostExecutor>()
  let client: EmulatorClient | null = null

  function emulation(): Emulation {
    if (options.emulation !== undefined) return options.emulation
    if (options.emulatorHome === undefined) throw new Error('emulated hosts need a folder')
    return (client ??= new EmulatorClient(options.emulatorHome))
  }

  function make(name: string, { address, kind, credentials }: HostWay): HostExecutor {
    const found = executorKind(name, { address, kind })
    const home = options.home ?? serviceHome()
    return found.create(
      { name, address, kind, ...(credentials === undefined ? {} : { credentials }) },
      {
        emulation,
        home,
        knownHosts: ownKnownHosts(home),
        ...(options.client === undefined ? {} : { client: options.client }),
      },
    )
  }

  const told = (executor: HostExecutor): HostExecutor =>
    options.tell === undefined ? executor : logged(executor, options.tell)

  return {
    executorFor(name, host) {
      const key = JSON.stringify([host.kind, host.address, host.credentials ?? null, name])
      const executor = made.get(key) ?? told(make(name, host))
      made.set(key, executor)
      return executor
    },
    async close() {
      await Promise.all([...made.values()].map((executor) => executor.close()))
      made.clear()
      client?.close()
      client = null
    },
  }
}

/**
 * How hosts of the kind are reached.
 * @throws Cul8erError NOT_SUPPORTED_YET for a kind that cannot be reached, or that this cul8er does not know: it may be of a newer one
 */
export function executorKind(name: string, { address, kind }: HostWay): ExecutorKind {
  const found = Object.hasOwn(EXECUTOR_KINDS, kind) ? EXECUTOR_KINDS[kind] : undefined
  if (found !== undefined) return found
  const known = ADDRESS_KINDS.find((each: AddressKind) => each.name === kind)
  const why = known === undefined ? `unknown kind of host ${kind}` : unavailable(known)
  throw new Cul8erError('NOT_SUPPORTED_YET', `host ${name}: ${address} cannot be reached: ${why}`, {
    hint: 'use localhost, or `platform: emulated` for a trial',
  })
}

const unavailable = ({ name, unavailable: why }: AddressKind): string => why ?? `${name} has no executor`
