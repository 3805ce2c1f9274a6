import type { Payload, PayloadCodec } from '@temporalio/common'

/**
 * Reads what operations that an older cul8er began hold in their histories under names that were changed since: an operation goes on
 * with a newer worker. What is made today goes out as it is.
 */
export class OlderNames implements PayloadCodec {
  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads)
  }

  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads.map(renamed))
  }
}

function renamed(payload: Payload): Payload {
  const { metadata, data } = payload
  if (data == null || Buffer.from(metadata?.encoding ?? []).toString() !== 'json/plain') return payload
  const text = Buffer.from(data).toString()
  // Hardly any has one: the others are not parsed.
  if (!RENAMED.some(({ from }) => text.includes(`"${from}":`))) return payload
  return { ...payload, data: Buffer.from(JSON.stringify(JSON.parse(text, rename))) }
}

function rename(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const found = value as Record<string, unknown>
  for (const { from, to, isIn } of RENAMED) {
    if (!(from in found) || to in found || !isIn(found)) continue
    found[to] = found[from]
    delete found[from]
  }
  return found
}

// What else the object holds tells it from one of a user's, an environment say, that has the same key.
const RENAMED: readonly { from: string; to: string; isIn: (found: Record<string, unknown>) => boolean }[] = [
  {
    from: 'slot',
    to: 'color',
    isIn: (found) => found.resource !== undefined && ['', 'blue', 'green', 'canary'].includes(found['slot'] as string),
  },
  {
    from: 'work',
    to: 'changes',
    isIn: (found) => Array.isArray(found['work']) && Array.isArray(found.bystanders),
  },
]
