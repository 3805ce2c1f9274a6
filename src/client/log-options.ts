/** Whose log is read, and how much of it. */
export interface LogOptions {
  /** A resource or one of its instances; absent: all that run. */
  of?: string
  /** Last lines of each instance; default 100, of removed ones and with `since` all that is kept and fits. */
  lines?: number
  /** Only lines written then or later, as far as a log has times. */
  since?: Date
  /** Each line with its time. */
  timestamps?: boolean
  follow?: boolean
  /** Number of an operation: what its removed instances said last, instead of what runs; `follow` does not go with it. */
  operation?: number
  /** The previous run of what runs, and what the last operation removed, instead of the present run; `follow` does not go with it. */
  previous?: boolean
  signal?: AbortSignal
  /** Told of what is left out: lines that there was no room for, hosts that do not answer. */
  remark?: (text: string) => void
}

/** One line that an instance's app wrote, without its end. */
export interface LogLine {
  instance: string
  line: string
  /** With `timestamps`: the ISO time that it was written at; null: nothing says it. */
  time?: string | null
}
