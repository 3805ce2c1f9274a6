/**
 * What a payload is for, written into its metadata by who makes it. A codec (src/payloads/codec.ts) authenticates it together with the
 * data, the workflow and the activity, so that what was made for one purpose does not serve for another.
 */
export type PayloadKind =
  /** From a command: what starts a workflow, an update, a signal, what a query or a standalone activity is asked. */
  | 'request'
  /** What a workflow starts another one with. */
  | 'child'
  /** What a workflow goes on with in a new history. */
  | 'continued'
  /** What an activity is asked by a workflow. */
  | 'activity'
  /** What an activity answers. */
  | 'result'
  /** What a workflow ends with. */
  | 'end'
  /** What an update is answered with. */
  | 'answer'
  /** What a query is answered with. */
  | 'look'
  /** Words for people, heartbeats, and details of failures. */
  | 'other'
  /** Nobody with the key made it, or not for this place: its data is a `Refused`. */
  | 'refused'

/** Keys of the metadata. */
export const PAYLOAD_KIND = 'cul8er-kind'
export const PAYLOAD_MAC = 'cul8er-mac'
/** The run of a workflow that made it, where it counts: of what a workflow gives to another one, or goes on with. */
export const PAYLOAD_RUN = 'cul8er-run'
/** The history that asked, on what an activity answers: ids of activities come again in each history of a workflow. */
export const PAYLOAD_HISTORY = 'cul8er-history'

/** What a workflow tells an activity beside its input; an older one does not. */
export interface Asking {
  'cul8er history': string
}

/** The history that asks, where a value says it. */
export const historyIn = (value: unknown): string | null =>
  typeof value === 'object' && value !== null && 'cul8er history' in value
    ? String((value as Asking)['cul8er history'])
    : null

/** What stands where a payload was that is not to be believed. */
export interface Refused {
  'cul8er refused': string
}

export const isRefused = (value: unknown): value is Refused =>
  typeof value === 'object' && value !== null && 'cul8er refused' in value

/** What to do where the other side has another key. */
export const SAME_KEY =
  'commands and workers need the same key (CUL8ER_SEAL_KEY, or the same home). If it was changed, cul8er service stop ends a worker that still uses the previous one'

/** What a Refused says in words, for the error that it leads to. */
export const refusal = (what: string, refused: Refused): string => `${what} was refused: ${refused['cul8er refused']}`

/**
 * The id of an activity says which type it has. Contexts of payloads name ids, so that what was made for one activity is worth nothing
 * to another.
 */
export const activityIdOf = (type: string, rest: string | number): string => `${type}-${rest}`
export const isActivityIdOf = (id: string, type: string): boolean => id.startsWith(`${type}-`)
