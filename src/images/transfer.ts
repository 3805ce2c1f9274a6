import { Cul8erError, isCode } from '../errors.js'
import { begun, refusalOf, textOf, waitFor } from '../hosts/answers.js'
import type { HostExecutor } from '../hosts/executor.js'
import { stallWatch, type Transfer } from '../hosts/stall-watch.js'
import { createImageAlias, getImageAlias, incusError, listImages, parseImages, query } from '../incus/index.js'
import type { ImageFile } from './store.js'

/** One way of asking a host, which every kind of host does not have. */
type Asking = Pick<HostExecutor, 'host'> & Required<Pick<HostExecutor, 'request'>>

/**
 * The bytes of an image that a host has, as one file.
 * @throws Cul8erError IMAGE_NOT_FOUND when the host has it no more, or as several files; as the executor's request does; TIMEOUT on a stall
 */
export async function exportImage(
  from: Asking,
  fingerprint: string,
  how: Transfer,
): Promise<AsyncIterable<Uint8Array>> {
  const watch = stallWatch(from.host, 'an image', how)
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
  const watch = stallWatch(to.host, 'an image', how)
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
  const { operation, error } = begun(to.host, 'an image', await watch.during(() => textOf(answer)))
  if (error !== '') return unlessThere(error)
  const wait = query(waitFor(operation))
  const { stdout } = await to.run(wait, { signal: how.signal, timeoutMs: UNPACK_MS })
  const { err = '' } = JSON.parse(stdout) as { err?: string }
  if (err !== '') unlessThere(err)
}

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
