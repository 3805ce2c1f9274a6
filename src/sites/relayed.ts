import { gunzipSync, gzipSync } from 'node:zlib'
import { Cul8erError } from '../errors.js'
import type { ProbeAsked } from '../health/asked.js'
import type { Finding } from '../health/model.js'
import type { CommandResult, RunOptions } from '../hosts/executor.js'
import { decrypt, encrypt, IV_BYTES, TAG_BYTES } from '../secrets/aes-gcm.js'
import { derivedKey } from '../secrets/derived-key.js'

/* What one worker has another one do on a host, and how it crosses the Temporal server: nobody there shall read what an app prints. */

/** What can be asked of a host elsewhere. */
export interface RelayedRequests {
  /** `stdin`: base64. `answers`: its exit code is an answer, as with an executor's `tryRun`. */
  command: {
    args: readonly string[]
    stdin?: string
    answers: boolean
    options: Pick<RunOptions, 'timeoutMs' | 'maxOutputBytes' | 'ahead'>
  }
  /** Whether a connection opens. */
  connect: { address: string; port: number; timeoutMs?: number }
  probe: ProbeAsked
}

export interface RelayedAnswers {
  command: CommandResult & { exitCode: number }
  connect: Record<string, never>
  probe: Finding
}

export type RelayedKind = keyof RelayedRequests
export type Relayed<Kind extends RelayedKind = RelayedKind> = {
  [K in Kind]: { ask: K } & RelayedRequests[K]
}[Kind]

/** What a box is for: the one does not open as the other. */
export type BoxUse = 'request' | 'answer'

/**
 * Packs and seals.
 * @throws Cul8erError OUTPUT_LIMIT for what is too large to cross
 */
export function box(value: unknown, key: Uint8Array, use: BoxUse): string {
  const { iv, text, tag } = encrypt(gzipSync(JSON.stringify(value)), derivedKey(key, 'sites'), use)
  const sealed = Buffer.concat([iv, tag, text]).toString('base64')
  if (sealed.length <= MOST_CHARACTERS) return sealed
  throw new Cul8erError('OUTPUT_LIMIT', `the ${use} is too large to cross from one site to another`, {
    hint: 'ask for less at a time',
  })
}

/** @throws Cul8erError PERMISSION for a box that none of the keys opens */
export function unbox(sealed: string, keys: readonly Uint8Array[], use: BoxUse): unknown {
  const bytes = Buffer.from(sealed, 'base64')
  const iv = bytes.subarray(0, IV_BYTES)
  const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)
  const text = bytes.subarray(IV_BYTES + TAG_BYTES)
  for (const key of keys) {
    try {
      const packed = decrypt({ iv, text, tag }, derivedKey(key, 'sites'), use)
      return JSON.parse(gunzipSync(packed, { maxOutputLength: MOST_UNPACKED }).toString('utf8'))
    } catch {
      // Perhaps the next one.
    }
  }
  throw new Cul8erError('PERMISSION', `the ${use} from another site cannot be opened with the key of this home`, {
    hint: 'all workers and commands need the same CUL8ER_SEAL_KEY',
  })
}

/** Temporal takes 2 MB in one payload. */
const MOST_CHARACTERS = 1_800_000
/** As much as a command may print, and then some: quotation marks of JSON take room. */
const MOST_UNPACKED = 128 * 1024 * 1024
