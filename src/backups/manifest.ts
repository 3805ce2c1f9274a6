import { createHmac, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { canonicalJson } from '../plan/digest.js'
import { derived, type BackupKey } from './key.js'

/** One file of a backup: the instance, or one of its volumes. */
export interface BackupPart {
  /** Of the file. */
  name: string
  /** Of the volume in the topology; absent: it is the instance itself. */
  volume?: string
  /** Bytes as they are kept, encrypted. */
  size: number
  /** Of the clear bytes, hex. */
  sha256: string
}

/** What a backup is of, and what it holds. */
export interface Manifest {
  format: 1
  id: string
  topology: string
  resource: string
  index: number | null
  instance: string
  /** Host that the instance was on. */
  host: string
  type: 'container' | 'vm'
  /** When the data was as it is in it, ISO time. */
  takenAt: string
  /** When all of it had arrived, ISO time. */
  madeAt: string
  /** Of the key that opens it. */
  key: string
  parts: BackupPart[]
}

const manifest: z.ZodType<Manifest> = z.strictObject({
  format: z.literal(1),
  id: z.string().max(200),
  topology: z.string(),
  resource: z.string(),
  index: z.int().min(1).nullable(),
  instance: z.string(),
  host: z.string(),
  type: z.enum(['container', 'vm']),
  takenAt: z.iso.datetime(),
  madeAt: z.iso.datetime(),
  key: z.string(),
  parts: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,80}$/),
        volume: z.string().optional(),
        size: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1),
})

/** Name of its file: what has one is whole. */
export const MANIFEST = 'manifest.json'

/** Longer is no manifest, bytes. */
export const LONGEST_MANIFEST = 1024 * 1024

/** As it is kept: what it says is for everybody to read, and signed with the key. */
export const writtenManifest = (of: Manifest, key: BackupKey): string =>
  `${JSON.stringify({ manifest: of, mac: macOf(of, key) }, null, 2)}\n`

/** What a kept manifest says; `otherKey`: it was made with another key; null: it is none, or was changed. */
export function readManifest(text: string, key: BackupKey): Manifest | 'otherKey' | null {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = z.strictObject({ manifest, mac: z.string() }).safeParse(raw)
  if (!parsed.success) return null
  const { manifest: of, mac } = parsed.data
  const expected = Buffer.from(macOf(of, key))
  const found = Buffer.from(mac)
  if (expected.length === found.length && timingSafeEqual(expected, found)) return of
  return of.key === key.id ? null : 'otherKey'
}

const macOf = (of: Manifest, key: BackupKey): string =>
  createHmac('sha256', derived(key.bytes, 'manifest')).update(canonicalJson(of)).digest('hex')

/** What a part is: it opens as nothing else. */
export const partOf = ({ topology, id }: Pick<Manifest, 'topology' | 'id'>, part: string): string =>
  `${part} of backup ${id} of ${topology}`
