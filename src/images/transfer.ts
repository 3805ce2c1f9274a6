import type { IncomingMessage } from 'node:http'
import { Cul8erError, isCode } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import { createImageAlias, getImageAlias, incusError, listImages, parseImages, query } from '../incus/index.js'
import type { ImageFile } from './store.js'

/** One way of asking a host, which every kind of host does not have. */
type Asking = Pick<HostExecutor, 'host'> & Required<Pick<HostExecutor, 'request'>>

/** ms without a single byte after which a transfer is given up. */
const STALL_MS = 60_000

export interface Transfer {
  signal: AbortSignal
  /** Told of the bytes that went over so far. */
  onBytes?: (bytes: number) => void
}

/**
 * The bytes of an image that a host has, as one file.
 * @throws Cul8erError IMAGE_NOT_FOUND when the host has it no more, or as several files; as the executor's request does; TIMEOUT on a stall
 */
export async function exportImage(
  from: Asking,
  fingerprint: string,
  how: Transfer,
): Promise<AsyncIterable<Uint8Array>> {
  const watch = stallWatch(from.host, how)
  const answer = await watch.during((signal) =>
    from.request({ method: 'GET', path: `/1.0/images/${fingerprint}/export`, signal }),
  )
  if (answer.statusCode === 200 && !/^multipart\//.test(answer.headers['content-type'] ?? ''))
    return watch.pieces(answer)
  const why = answer.statusCode === 200 ? 'it consists of several files' : await watch.during(() => refusalOf(answer))
  answer.destroy()
  throw new Cul8erError(
    'IMAGE_NOT_FOUND',
    `host ${from.host} does not give the image ${fingerprint.slice(0, 12)}: ${why}`,
    { hint: 'deploy again, or build and import the image on the host that lacks it' },
  )
}

export interface Import {
  fingerprint: string
  file: ImageFile
  /** Incus project; null: the default one. */
  project: string | null
  properties: Record<string, string>
}

/**
 * Uploads an image to a host, whose Incus checks the fingerprint. One that is there already is no error.
 * @throws Cul8erError as the host refuses it; TIMEOUT on a stall; as the executor's request and run do
 */
export async function importImage(
  to: Asking & Pick<HostExecutor, 'run'>,
  { fingerprint, file, project, properties }: Import,
  how: Transfer,
): Promise<void> {
  const watch = stallWatch(to.host, how)
  const answer = await watch.during((signal) =>
    to.request({
      method: 'POST',
      path: `/1.0/images${project === null ? '' : `?project=${encodeURIComponent(project)}`}`,
      headers: {
        'x-incus-fingerprint': fingerprint,
        'x-incus-filename': `${fingerprint}.image`,
        'x-incus-properties': new URLSearchParams(properties).toString(),
      },
      body: { file: file.path, size: file.size, onPiece: watch.moved },
      signal,
    }),
  )
  const { operation, error } = begun(to.host, await watch.during(() => textOf(answer)))
  if (error !== '') return unlessThere(error)
  // It may name its project at the end.
  const wait = query(operation.replace(/(\?|$)/, '/wait$1'))
  const { stdout } = await to.run(wait, { signal: how.signal, timeoutMs: UNPACK_MS })
  const { err = '' } = JSON.parse(stdout) as { err?: string }
  if (err !== '') unlessThere(err)
}

/** What Incus says of an upload that it took. @throws Cul8erError INCUS for what Incus would not say */
function begun(host: string, said: string): { operation: string; error: string } {
  try {
    const { operation = '', error = '' } = JSON.parse(said) as { operation?: unknown; error?: unknown }
    if (typeof error === 'string' && error !== '') return { operation: '', error }
    if (typeof operation === 'string' && OPERATION.test(operation)) return { operation, error: '' }
  } catch {
    // As any other answer of no use.
  }
  throw new Cul8erError('INCUS', `host ${host} gave no answer to the upload of an image that cul8er can parse`)
}

const OPERATION = /^\/1\.0\/operations\/[\w-]+(\?[\w=&%.-]*)?$/

/** ms for a host to take in what it got: the file is checked and moved, and nothing is unpacked yet. */
const UNPACK_MS = 5 * 60_000

/** @throws Cul8erError in Incus's words, but for an image that is there by now */
function unlessThere(message: string): void {
  const error = incusError(`Error: ${message}`, 1, ['image', 'import'])
  if (error.code !== 'ALREADY_EXISTS') throw error
}

/**
 * Gives an image of a host a name. One that has the name already is left with it.
 * @throws Cul8erError as an executor's run does
 */
export async function nameImage(
  to: Pick<HostExecutor, 'run'>,
  { alias, fingerprint, project }: { alias: string; fingerprint: string; project: string | null },
  signal: AbortSignal,
): Promise<void> {
  await to.run(createImageAlias(alias, fingerprint, { project }), { signal }).catch((error: unknown) => {
    if (!isCode(error, 'ALREADY_EXISTS')) throw error
  })
}

/** Whether a host has an image under a name, and whether it has the bytes under any. */
export async function imageOn(
  to: Pick<HostExecutor, 'run'>,
  { alias, fingerprint, project }: { alias: string; fingerprint: string; project: string | null },
  signal: AbortSignal,
): Promise<'named' | 'there' | 'missing'> {
  const named = await to.run(getImageAlias(alias, { project }), { signal }).then(
    () => true,
    (error: unknown) => {
      if (isCode(error, 'NOT_FOUND')) return false
      throw error
    },
  )
  if (named) return 'named'
  const { stdout } = await to.run(listImages({ project, filters: [fingerprint] }), { signal })
  return parseImages(stdout).some((image) => image.fingerprint === fingerprint) ? 'there' : 'missing'
}

async function refusalOf(answer: IncomingMessage): Promise<string> {
  const said = (await textOf(answer)).slice(0, 2_000)
  try {
    return (JSON.parse(said) as { error?: string }).error ?? said
  } catch {
    return said === '' ? `HTTP ${answer.statusCode ?? 0}` : said
  }
}

/** Characters that Incus says in answer to a request; more are nothing that it would say. */
const LONGEST_ANSWER = 64 * 1024

/** The beginning of an answer: a host may go on for ever. */
async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece)
    length += piece.length
    if (length >= LONGEST_ANSWER) break
  }
  return Buffer.concat(pieces).toString('utf8').slice(0, LONGEST_ANSWER)
}

/** Ends a transfer over which nothing goes any more: neither end need notice by itself. */
function stallWatch(host: string, { signal, onBytes }: Transfer) {
  const stalled = new AbortController()
  const either = AbortSignal.any([signal, stalled.signal])
  let timer: NodeJS.Timeout | undefined
  let bytes = 0
  const rest = (): void => clearTimeout(timer)
  const wind = (): void => {
    rest()
    timer = setTimeout(
      () =>
        stalled.abort(
          new Cul8erError('TIMEOUT', `host ${host} took or gave no byte of an image for ${STALL_MS / 1000} s`),
        ),
      STALL_MS,
    )
  }
  const moved = (count: number): void => {
    wind()
    onBytes?.((bytes += count))
  }
  return {
    moved,
    async during<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
      wind()
      try {
        return await task(either)
      } catch (error) {
        either.throwIfAborted()
        throw error
      } finally {
        rest()
      }
    },
    async *pieces(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
      wind()
      try {
        for await (const piece of answer as AsyncIterable<Buffer>) {
          moved(piece.length)
          yield piece
        }
      } catch (error) {
        either.throwIfAborted()
        throw new Cul8erError('UNREACHABLE', `the connection to host ${host} ended in the middle of an image`, {
          cause: error,
        })
      } finally {
        rest()
      }
    },
  }
}
