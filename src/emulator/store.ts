import { mkdir, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { HostState } from './model.js'

/** Where an emulator keeps its hosts. */
export interface Store {
  load(): Promise<{ byte: number | null; hosts: HostState[] }>
  saveByte(byte: number): Promise<void>
  /** Resolves once what the host is now will be found by load. */
  save(host: HostState): Promise<void>
  /** When nothing is being written. */
  settled(): Promise<void>
}

/** Keeps nothing. */
export const memoryStore = (): Store => ({
  load: async () => ({ byte: null, hosts: [] }),
  saveByte: async () => {},
  save: async () => {},
  settled: async () => {},
})

/** One JSON file a host, replaced at a stroke. */
export function fileStore(folder: string): Store {
  const hosts = join(folder, 'hosts')
  const writers = new Map<string, Writer>()
  return {
    async load() {
      await mkdir(hosts, { recursive: true, mode: 0o700 })
      const names = (await readdir(hosts)).filter((name) => name.endsWith('.json')).sort()
      const texts = await Promise.all(names.map((name) => readFile(join(hosts, name), 'utf8')))
      const byte = await readFile(join(folder, 'addresses'), 'utf8').then(Number, () => null)
      return { byte, hosts: texts.map((text) => JSON.parse(text) as HostState) }
    },
    saveByte: (byte) => replace(join(folder, 'addresses'), String(byte)),
    save(host) {
      const writer = writers.get(host.name) ?? new Writer(join(hosts, `${encodeURIComponent(host.name)}.json`))
      writers.set(host.name, writer)
      return writer.write(() => JSON.stringify(host))
    },
    async settled() {
      await Promise.all([...writers.values()].map((writer) => writer.settled()))
    },
  }
}

/** One file's writes, one after another; those that wait become one. */
class Writer {
  private current: Promise<void> = Promise.resolve()
  private waiting: Promise<void> | null = null

  constructor(private readonly path: string) {}

  write(content: () => string): Promise<void> {
    this.waiting ??= this.current
      .catch(() => {})
      .then(() => {
        this.waiting = null
        return (this.current = replace(this.path, content()))
      })
    return this.waiting
  }

  async settled(): Promise<void> {
    await (this.waiting ?? this.current)
  }
}

/** An emulated host need not survive a power cut. */
const replace = (path: string, content: string): Promise<void> =>
  writeFileAtomic(path, content, { mode: 0o600, fsync: false })
