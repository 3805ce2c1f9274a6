import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { readPrivate as readFile } from '../files/read-private.js'
import { notUsable } from '../service/own.js'
import { KEY_BYTES } from './derived-key.js'

export interface SealKeySource {
  /** The folder of the embedded service. */
  home: string
  env: NodeJS.ProcessEnv
}

/**
 * The key that seals secrets: `CUL8ER_SEAL_KEY`, or the file `seal.key` of the embedded service, made when there is none.
 * @throws Cul8erError USAGE for a key that is not 32 bytes of base64, PERMISSION for a file that others can read
 */
export async function loadSealKey({ home, env }: SealKeySource): Promise<Uint8Array> {
  if (env.CUL8ER_SEAL_KEY) return decode(env.CUL8ER_SEAL_KEY, 'CUL8ER_SEAL_KEY')
  const file = join(home, 'seal.key')
  return (await read(file)) ?? (await create(home, file))
}

/**
 * Keys that were in force before: what they signed and sealed is still believed and opened, until everything is made anew.
 * `CUL8ER_SEAL_KEY_BEFORE`, or the file `seal.key.before` of the home; several are separated by spaces, commas or lines.
 * @throws Cul8erError as loadSealKey does
 */
export async function loadFormerKeys({ home, env }: SealKeySource): Promise<Uint8Array[]> {
  const file = join(home, 'seal.key.before')
  const text = env.CUL8ER_SEAL_KEY_BEFORE || (await readPrivate(file))
  const place = env.CUL8ER_SEAL_KEY_BEFORE ? 'CUL8ER_SEAL_KEY_BEFORE' : file
  return (text ?? '').split(/[\s,]+/).flatMap((word) => (word === '' ? [] : [decode(word, place)]))
}

async function create(home: string, file: string): Promise<Uint8Array> {
  await mkdir(home, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw notUsable(home, error)
  })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  // A link and not a rename: of two that start at once the first wins, and both go on with its key.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
  const key = await read(file)
  if (key === null) throw new Cul8erError('INTERNAL', `${file} disappeared while it was being created`)
  return key
}

async function read(file: string): Promise<Uint8Array | null> {
  const text = await readPrivate(file)
  return text === null ? null : decode(text, file)
}

const readPrivate = (file: string): Promise<string | null> =>
  readFile(file, 'the seal key', 'change the secrets that it sealed.')

function decode(text: string, place: string): Uint8Array {
  const key = Buffer.from(text.trim(), 'base64')
  if (/^[A-Za-z0-9+/_-]*={0,2}$/.test(text.trim()) && key.length === KEY_BYTES) return key
  throw new Cul8erError('USAGE', `${place} is not a key: expected ${KEY_BYTES} bytes in base64`, {
    hint: 'Make one with: openssl rand -base64 32',
  })
}
