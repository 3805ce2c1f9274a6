/** How a command ends; the contract of the command line (docs/commands.md). */
export const ExitCode = {
  done: 0,
  failed: 1,
  changes: 2,
  refused: 3,
  rolledBack: 4,
  noRoom: 5,
  needsPerson: 6,
  usage: 64,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** Every kind of failure that cul8er tells apart. A code is stable: tests, scripts and retries go by it. */
export type ErrorCode =
  | 'INVALID_TOPOLOGY'
  | 'USAGE'
  | 'NOT_SUPPORTED_YET'
  | 'SECRET_UNRESOLVED'
  | 'ARTIFACT_MISSING'
  | 'ARTIFACT_BROKEN'
  | 'OPERATION_IN_PROGRESS'
  | 'NOTHING_TO_STEER'
  | 'STALE_PLAN'
  | 'EXPIRED'
  | 'STATE_LOST'
  | 'STATE_NEWER'
  | 'UNKNOWN_TOPOLOGY'
  | 'UNKNOWN_REVISION'
  | 'NAME_CLASH'
  | 'PORT_TAKEN'
  | 'DATA_LOSS'
  | 'NO_ROOM'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'IN_USE'
  | 'NO_SPACE'
  | 'UNREACHABLE'
  | 'HOST_KEY_UNKNOWN'
  | 'HOST_KEY_CHANGED'
  | 'PERMISSION'
  | 'HOST_NOT_TRUSTED'
  | 'IMAGE_NOT_FOUND'
  | 'PROFILE_NOT_FOUND'
  | 'POOL_NOT_FOUND'
  | 'VM_UNSUPPORTED'
  | 'TIMEOUT'
  | 'OUTPUT_LIMIT'
  | 'CANCELLED'
  | 'UNHEALTHY'
  | 'PROBE_ERROR'
  | 'INCUS'
  | 'EDGE'
  | 'NOTIFIER'
  | 'HOOK'
  | 'SERVICE'
  | 'NO_WORKER'
  | 'ABORTED'
  | 'NEEDS_ATTENTION'
  | 'INTERNAL'

/** What goes with an error for people and programs: probe result, last log lines, command, key path. Never a secret. */
export type ErrorDetails = Record<string, unknown>

/** The one error of the house: what happened (message), what to do next (hint), evidence (details). */
export class Cul8erError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: ErrorDetails | undefined
  /** Decided by what hosts answered: another try would end the same, whatever others of this code do. */
  readonly final: boolean

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; details?: ErrorDetails; cause?: unknown; final?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Cul8erError'
    this.code = code
    this.hint = options.hint
    this.details = options.details
    this.final = options.final === true
  }

  /** The shape that `--json` prints and payloads carry. */
  toJSON(): ErrorReport {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.details === undefined ? {} : { details: this.details }),
    }
  }
}

/** A Cul8erError as plain data. */
export interface ErrorReport {
  code: ErrorCode
  message: string
  hint?: string
  details?: ErrorDetails
}

/** The same error, with more to do about it after its own hint and more evidence. */
export function withHint(error: Cul8erError | ErrorReport, more: string, evidence?: ErrorDetails): Cul8erError {
  const { code, message, hint, details } = error
  return new Cul8erError(code, message, {
    hint: hint === undefined ? more : `${hint}; ${more}`,
    ...(details === undefined && evidence === undefined ? {} : { details: { ...details, ...evidence } }),
    ...(error instanceof Cul8erError ? { cause: error, final: error.final } : {}),
  })
}

/** A retry cannot mend these: the same input gives the same answer. */
export const PERMANENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'INVALID_TOPOLOGY',
  'USAGE',
  'NOT_SUPPORTED_YET',
  'SECRET_UNRESOLVED',
  'ARTIFACT_MISSING',
  'ARTIFACT_BROKEN',
  'STALE_PLAN',
  'EXPIRED',
  'STATE_LOST',
  'STATE_NEWER',
  'UNKNOWN_TOPOLOGY',
  'UNKNOWN_REVISION',
  'NAME_CLASH',
  'PORT_TAKEN',
  'DATA_LOSS',
  'NO_ROOM',
  'NO_SPACE',
  'HOST_KEY_UNKNOWN',
  'HOST_KEY_CHANGED',
  'PERMISSION',
  'HOST_NOT_TRUSTED',
  'IMAGE_NOT_FOUND',
  'PROFILE_NOT_FOUND',
  'POOL_NOT_FOUND',
  'VM_UNSUPPORTED',
  'UNHEALTHY',
  'PROBE_ERROR',
  'HOOK',
  'NO_WORKER',
  'ABORTED',
  'NEEDS_ATTENTION',
])

/** The host gave no answer: it may be gone, and what it was asked for may be done all the same. */
export const NO_ANSWER: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UNREACHABLE', 'TIMEOUT'])

/** Whether something thrown is an error of ours with this code. */
export const isCode = (error: unknown, code: ErrorCode): error is Cul8erError =>
  error instanceof Cul8erError && error.code === code

/** What any thrown value says; of one that is no error, its text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
