import { Cul8erError } from '../errors.js'
import type { Host } from '../topology/model.js'
import { EmulatorClient } from './emulator/client.js'
import { createEmulatedExecutor, type Emulation } from './emulator/executor.js'
import type { HostExecutor } from './executor.js'
import { createLocalExecutor } from './local.js'

export interface ExecutorsOptions {
  /** Folder of the emulator's socket and state; emulated hosts need it. */
  emulatorHome?: string
  /** An emulator in this process instead of one that outlives it. */
  emulation?: Emulation
  /** The Incus client; default `incus` on PATH. */
  client?: string
}

export interface Executors {
  /**
   * The way to a host, the same one each time.
   * @throws Cul8erError NOT_SUPPORTED_YET for a kind of host that cul8er cannot reach yet
   */
  executorFor(name: string, host: Pick<Host, 'address' | 'kind'>): HostExecutor
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

  function make(name: string, { address, kind }: Pick<Host, 'address' | 'kind'>): HostExecutor {
    switch (kind) {
      case 'local':
        return createLocalExecutor({ host: name, ...(options.client === undefined ? {} : { client: options.client }) })
      case 'emulated':
        return createEmulatedExecutor({ host: emulatedHostName(name, address), emulation: emulation() })
      case 'ssh':
        throw notYet(name, address, 'over SSH')
      case 'incus':
        throw notYet(name, address, 'as an Incus remote')
    }
  }

  return {
    executorFor(name, host) {
      const key = `${host.kind} ${host.address} ${name}`
      const executor = made.get(key) ?? make(name, host)
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

/** Which emulated machine a host is: the one at its address, or, where all say localhost, the one of its name. */
export const emulatedHostName = (name: string, address: string): string =>
  address === 'localhost' || address === '127.0.0.1' ? name : address

const notYet = (name: string, address: string, way: string): Cul8erError =>
  new Cul8erError('NOT_SUPPORTED_YET', `host ${name}: ${address} would be reached ${way}, which cul8er cannot do yet`, {
    hint: 'use localhost, or `platform: emulated` for a trial',
  })
