/** A place that keeps backups, of any topology. Names are those of `names.ts`, which need no quoting anywhere. */
export interface BackupStore {
  /** For people: where it is. */
  readonly words: string
  /** Names of the whole ones of a topology, in no order. */
  list(topology: string, signal: AbortSignal): Promise<string[]>
  /** Names of those that were begun and not completed. */
  begun(topology: string, signal: AbortSignal): Promise<string[]>
  /** Begins one. Nothing of it is listed until it is committed. */
  begin(topology: string, id: string, signal: AbortSignal): Promise<BackupWriter>
  /** A file of a whole one. @throws Cul8erError NOT_FOUND */
  read(topology: string, id: string, file: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  /** Bytes of such a file; null: there is none. */
  size(topology: string, id: string, file: string, signal: AbortSignal): Promise<number | null>
  /** Removes one, whole or not: it is not listed from the first moment on. Already gone is done. */
  remove(topology: string, id: string, signal: AbortSignal): Promise<void>
}

/** One backup while it is made. */
export interface BackupWriter {
  /** @returns bytes that were written */
  put(file: string, from: AsyncIterable<Uint8Array>): Promise<number>
  /** With this last file it is whole. */
  commit(file: string, text: string): Promise<void>
}
