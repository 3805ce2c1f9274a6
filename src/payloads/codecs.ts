import type { PayloadCodec } from '@temporalio/common'
import { Cul8erError } from '../errors.js'
import { AuthenticCodec, type CodecOptions } from './codec.js'
import { EncryptingCodec } from './encryption.js'
import { OlderNames } from './older-names.js'

/** What payloads pass through on their way out, in this order, and back: they are signed, and then encrypted if that is wanted. */
export const payloadCodecs = ({ encrypt, ...signing }: CodecOptions & { encrypt: boolean }): PayloadCodec[] => [
  new OlderNames(),
  new AuthenticCodec(signing),
  new EncryptingCodec({ ...signing, encrypt }),
]

/**
 * Whether `CUL8ER_ENCRYPT` asks that what is sent to Temporal be encrypted.
 * @throws Cul8erError USAGE when it says neither yes nor no
 */
export function wantsEncryption({ CUL8ER_ENCRYPT: said = '' }: NodeJS.ProcessEnv): boolean {
  if (['', '0', 'false'].includes(said)) return false
  if (['1', 'true'].includes(said)) return true
  throw new Cul8erError('USAGE', `CUL8ER_ENCRYPT is ${JSON.stringify(said)}; expected 1 or 0`)
}
