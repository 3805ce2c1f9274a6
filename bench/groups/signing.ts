import type { Payload, PayloadCodec } from '@temporalio/common'
import { payloadCodecs } from '../../src/payloads/codecs.js'
import type { Bench } from '../bench.js'
import { historyOf } from '../history.js'
import { median, type Row } from '../report.js'

const COUNT = 10
/** Of all that an operation takes, percent. */
const MOST_PERCENT = 2
/** Passes over all payloads; the first ones compile. */
const PASSES = 100

/** What it costs to sign and encrypt what an operation sends to Temporal, and to check it when it comes back. */
export async function signing(bench: Bench): Promise<Row[]> {
  const file = await bench.topology('bench-signing', {
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: {
      app: {
        type: 'container',
        on: 'here',
        replicas: COUNT,
        image: 'cul8er/tiny',
        deploy: { release: 'bench', version: '1.0.0' },
      },
    },
    strategy: { maxParallel: COUNT },
  })
  try {
    const result = await bench.deploy(file)
    const { durationMs } = result
    const payloads = payloadsIn(await historyOf(bench, result))
    // One after the other: side by side each would count the other's time.
    const signed = await row('signing', payloads, { durationMs, encrypt: false })
    return [signed, await row('signing and encrypting', payloads, { durationMs, encrypt: true })]
  } finally {
    await bench.destroy(file)
  }
}

async function row(
  what: string,
  payloads: Payload[],
  { durationMs, encrypt }: { durationMs: number; encrypt: boolean },
): Promise<Row> {
  const codecs = payloadCodecs({ key: Buffer.alloc(32, 'bench'), side: 'worker', encrypt })
  const passes: number[] = []
  for (let pass = 0; pass < PASSES; pass += 1) {
    const began = performance.now()
    await thereAndBack(codecs, payloads)
    passes.push(performance.now() - began)
  }
  const costMs = median(passes)
  const percent = (100 * costMs) / durationMs
  return {
    what: `${what}, ${COUNT} tiny instances`,
    cul8er: `${costMs.toFixed(1)} ms`,
    against: `${durationMs} ms of the operation`,
    aim: { most: MOST_PERCENT, value: percent, text: `≤ ${MOST_PERCENT} %` },
    note: `${percent.toFixed(2)} %; ${payloads.length} payloads, ${Math.round(bytesOf(payloads) / 1024)} KiB`,
  }
}

/** Each payload is made once and read once. */
async function thereAndBack(codecs: PayloadCodec[], payloads: Payload[]): Promise<void> {
  let sent = payloads
  for (const codec of codecs) sent = await codec.encode(sent)
  for (const codec of codecs.toReversed()) sent = await codec.decode(sent)
}

/** All that a history holds, wherever it stands in it. */
function payloadsIn(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  const here = 'metadata' in value && 'data' in value ? [value as Payload] : []
  return [...here, ...Object.values(value).flatMap(payloadsIn)]
}

const bytesOf = (payloads: Payload[]): number => payloads.reduce((sum, { data }) => sum + (data?.length ?? 0), 0)
