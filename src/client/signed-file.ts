import { createHmac, timingSafeEqual } from 'node:crypto'
import { Cul8erError } from '../errors.js'
import { canonicalJson } from '../plan/digest.js'

/** What is carried about in files and is as good as code: one kind does not pass for the other. */
export type FileKind = 'saved plan' | 'exported state'

/** HMAC-SHA-256 of all of the content, hex. */
export type Signed<Content extends object> = Content & { mac: string }

/** @param key - derived from the seal key for files */
export const signed = <Content extends object>(kind: FileKind, content: Content, key: Uint8Array): Signed<Content> => ({
  ...content,
  mac: macOf(kind, content, key),
})

/** The content of a file without its MAC; what is not a file of ours stays as it is. */
export function unsigned(file: unknown): unknown {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return file
  const { mac: _mac, ...content } = file as { mac?: unknown }
  return content
}

/** Whether it was made with this key, as this kind of file, and nobody changed it since. Takes anything that JSON can be. */
export function isOwn(kind: FileKind, file: unknown, key: Uint8Array): boolean {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return false
  const { mac, ...content } = file as { mac?: unknown }
  if (typeof mac !== 'string' || !/^[0-9a-f]{64}$/.test(mac)) return false
  try {
    return timingSafeEqual(Buffer.from(mac, 'hex'), Buffer.from(macOf(kind, content, key), 'hex'))
  } catch (error) {
    // Nested too deeply to be written again: we did not write it.
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Why a file that is not our own is refused. */
export const foreign = (kind: FileKind, topology: string): Cul8erError =>
  new Cul8erError(
    'PERMISSION',
    `the ${kind} of ${topology} was refused: it was not made here, or has been changed since`,
    {
      hint: `${AGAIN[kind]}; if you trust where it comes from, --trust shows what it would run, and asks`,
    },
  )

const AGAIN: Record<FileKind, string> = {
  'saved plan': 'make one here with cul8er plan --out FILE',
  'exported state': 'cul8er state export makes one, and for another home, copy CUL8ER_SEAL_KEY or seal.key as well',
}

const macOf = (kind: FileKind, content: object, key: Uint8Array): string =>
  createHmac('sha256', key).update(`${kind}\0`).update(canonicalJson(content)).digest('hex')
