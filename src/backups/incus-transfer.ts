import { Cul8erError } from '../errors.js'
import { begun, refusalOf, textOf, waitFor } from '../hosts/answers.js'
import type { HostExecutor } from '../hosts/executor.js'
import { stallWatch, type Transfer } from '../hosts/stall-watch.js'
import { incusError, query, type VolumeRef } from '../incus/index.js'

/** A host whose Incus can be asked for what is too large for a command. */
export type Asking = Pick<HostExecutor, 'host' | 'run'> & Required<Pick<HostExecutor, 'request'>>

/** @throws Cul8erError NOT_SUPPORTED_YET for a kind of host that has no such way */
export function asking(executor: HostExecutor): Asking {
  const { host, request } = executor
  if (request !== undefined) return { host, request, run: (command, options) => executor.run(command, options) }
  throw new Cul8erError('NOT_SUPPORTED_YET', `nothing can be backed up from, or restored to, host ${host}`)
}

/** What can be exported: an instance, or a volume. */
export type Exported = { instance: string } | { volume: VolumeRef }

interface Where {
  project: string | null
}

/** ms; a host packs all of it into a file of its own first. */
const PACK_MS = 12 * 60 * 60_000

/** What Incus calls the file meanwhile. */
const EXPORT = 'cul8er'

const pathOf = (what: Exported): string =>
  'instance' in what
    ? `/1.0/instances/${encodeURIComponent(what.instance)}`
    : `/1.0/storage-pools/${encodeURIComponent(what.volume.pool)}/volumes/custom/${encodeURIComponent(what.volume.name)}`

const inProject = ({ project }: Where): string => (project === null ? '' : `?project=${encodeURIComponent(project)}`)

/**
 * The bytes of an export that any storage driver can import, without snapshots and not compressed. The file that the host makes for it is
 * removed when they are read, or left.
 * @throws Cul8erError as the host answers; TIMEOUT on a stall; UNREACHABLE
 */
export async function* exportedBytes(
  from: Asking,
  what: Exported,
  where: Where,
  how: Transfer,
): AsyncGenerator<Uint8Array> {
  const path = `${pathOf(what)}/backups`
  const only = 'instance' in what ? { instance_only: true } : { volume_only: true }
  const data = { name: EXPORT, optimized_storage: false, compression_algorithm: 'none', ...only }
  const removed = () => removeExport(from, what, where, AbortSignal.timeout(TIDY_MS))
  await removed()
  try {
    await from.run(query(`${path}${inProject(where)}`, { method: 'POST', data, wait: true }), {
      signal: how.signal,
      timeoutMs: PACK_MS,
    })
    const watch = stallWatch(from.host, 'an export', how)
    const answer = await watch.during((signal) =>
      from.request({ method: 'GET', path: `${path}/${EXPORT}/export${inProject(where)}`, signal }),
    )
    if (answer.statusCode !== 200) {
      const why = await watch.during(() => refusalOf(answer))
      throw new Cul8erError('INCUS', `host ${from.host} does not give the export: ${why}`)
    }
    const size = Number(answer.headers['content-length'])
    let count = 0
    for await (const piece of watch.pieces(answer)) {
      count += piece.length
      yield piece
    }
    if (count !== size) throw new Cul8erError('UNREACHABLE', `host ${from.host} gave ${count} of ${size} bytes`)
  } finally {
    await removed().catch(() => undefined)
  }
}

const TIDY_MS = 60_000

/** One that is not there is no error. */
async function removeExport(from: Asking, what: Exported, where: Where, signal: AbortSignal): Promise<void> {
  const path = `${pathOf(what)}/backups/${EXPORT}${inProject(where)}`
  await from.run(query(path, { method: 'DELETE', wait: true }), { signal }).catch(() => undefined)
}

/** What is made of an export. */
export type Imported = { instance: string } | { volume: VolumeRef }

/**
 * Has a host make an instance, which does not run, or a volume of an export. Where the bytes end with an error it makes nothing.
 * @throws Cul8erError as the host refuses it; TIMEOUT on a stall; what the bytes end with
 */
export async function importBytes(
  to: Asking,
  what: Imported,
  bytes: AsyncIterable<Uint8Array>,
  where: Where,
  how: Transfer,
): Promise<void> {
  const watch = stallWatch(to.host, 'an import', how)
  let broken: unknown
  const pieces = (async function* () {
    try {
      yield* bytes
    } catch (error) {
      broken = error
      throw error
    }
  })()
  const isInstance = 'instance' in what
  const path = isInstance
    ? '/1.0/instances'
    : `/1.0/storage-pools/${encodeURIComponent(what.volume.pool)}/volumes/custom`
  try {
    const answer = await watch.during((signal) =>
      to.request({
        method: 'POST',
        path: `${path}${inProject(where)}`,
        headers: { 'x-incus-name': isInstance ? what.instance : what.volume.name },
        body: { pieces, onPiece: watch.moved },
        signal,
      }),
    )
    const { operation, error } = begun(to.host, 'an export', await watch.during(() => textOf(answer)))
    if (error !== '') throw incusError(`Error: ${error}`, 1, ['import'])
    const { stdout } = await to.run(query(waitFor(operation)), { signal: how.signal, timeoutMs: PACK_MS })
    const { err = '' } = JSON.parse(stdout) as { err?: string }
    if (err !== '') throw incusError(`Error: ${err}`, 1, ['import'])
  } catch (error) {
    how.signal.throwIfAborted()
    throw broken ?? error
  }
}
