import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import * as z from 'zod'
import type { EmulatedApp } from './model.js'

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What a release's tarball holds for an emulated instance. */
export interface Tarball {
  /** From `emulated.json`; null: the tarball has none. */
  app: EmulatedApp | null
  /** Paths of files that may be run. */
  programs: Set<string>
}

const emulated = z.object({
  port: z.number().int().nullable().default(null),
  health: z
    .union([
      z.enum(['ok', 'never']),
      z.object({ failsAfterMs: z.number() }),
      z.object({ afterMs: z.number() }),
      z.object({ diesAfterMs: z.number() }),
    ])
    .default('ok'),
  version: z.string().nullable().default(null),
  body: z.unknown().optional(),
})

/**
 * Reads a `.tar.gz`.
 * @throws Error when it is none, or its `emulated.json` is not understood
 */
export async function readTarball(bytes: Uint8Array): Promise<Tarball> {
  const entries = extract()
  const found: Tarball = { app: null, programs: new Set() }
  entries.end(gunzipSync(bytes))
  for await (const entry of entries) {
    const name = entry.header.name.replace(/^\.\//, '')
    if (((entry.header.mode ?? 0) & 0o111) !== 0) found.programs.add(name)
    const chunks: Uint8Array[] = []
    for await (const chunk of entry) chunks.push(chunk as Uint8Array)
    if (name === 'emulated.json')
      found.app = { body: null, ...emulated.parse(JSON.parse(Buffer.concat(chunks).toString())) }
  }
  return found
}

/** How an app behaves whose release says nothing. */
export const DEFAULT_APP: EmulatedApp = { port: null, health: 'ok', version: null, body: null }
