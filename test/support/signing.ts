import type { DataConverter } from '@temporalio/common'
import { AuthenticCodec } from '../../src/payloads/codec.js'

/** The seal key of tests' workers and clients. */
export const TEST_KEY = Buffer.alloc(32, 'test')

/** What makes a client's or a worker's payloads authentic. */
export const signing = (side: 'command' | 'worker', key: Uint8Array = TEST_KEY): DataConverter => ({
  payloadCodecs: [new AuthenticCodec({ key, side })],
})
