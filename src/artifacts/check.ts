import { createReadStream } from 'node:fs'
import { posix } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { Cul8erError } from '../errors.js'
import { formatSize } from '../topology/units.js'
import { RELEASE_LIMITS, type ReleaseLimits } from './limits.js'

export interface TarballCheck {
  /** Files in it. */
  files: number
  /** Bytes once unpacked. */
  unpackedBytes: number
}

/**
 * Reads a release tarball before anything is done with it: to its end, or to where it goes beyond the limits. Nothing is
 * unpacked.
 * @param start - the start command when the topology gives one: then its file must be there instead of `bin/<release>`
 * @throws Cul8erError ARTIFACT_BROKEN with the reason
 */
export async function checkTarball(
  file: string,
  {
    release,
    start = null,
    limits = RELEASE_LIMITS,
  }: { release: string; start?: readonly string[] | null; limits?: ReleaseLimits },
): Promise<TarballCheck> {
  const program = programIn(release, start)
  const found = {
    entries: 0,
    files: 0,
    unpackedBytes: 0,
    modes: new Map<string, number>(),
    links: new Set<string>(),
    problem: null as string | null,
  }
  const entries = extract()
  entries.on('entry', (header, content, next) => {
    found.problem ??= problemOf(header) ?? throughLink(header, found.links)
    found.entries += 1
    if (header.type !== 'directory') {
      found.files += 1
      found.unpackedBytes += header.size ?? 0
      const name = placeOf(header.name)
      // A link may lead anywhere in the release: whether its end can be run shows when it is unpacked.
      found.modes.set(name, header.type === 'file' || header.type === 'contiguous-file' ? (header.mode ?? 0) : 0o111)
      if (header.type === 'symlink') found.links.add(name)
    }
    const excess = beyond(limits, found)
    // What ends the tarball ends what is being read of it too; the pipeline says so.
    content.on('error', () => undefined)
    if (excess !== null) entries.destroy(tooLarge(file, excess))
    else content.on('end', () => next()).resume()
  })
  await pipeline(createReadStream(file), createGunzip(), bounded(file, limits), entries).catch((error: Error) => {
    throw error instanceof Cul8erError ? error : broken(file, `it cannot be read as tar.gz (${error.message})`)
  })
  if (found.problem !== null) throw broken(file, found.problem)
  if (found.files === 0) throw broken(file, 'it contains no files')
  if (program !== null) checkProgram(file, program, found.modes)
  return { files: found.files, unpackedBytes: found.unpackedBytes }
}

function beyond(limits: ReleaseLimits, found: { entries: number; unpackedBytes: number }): string | null {
  if (found.unpackedBytes > limits.mib * MIB) {
    return `it unpacks to ${(found.unpackedBytes / MIB).toFixed(1)}MiB or more; the limit is ${formatSize(limits.mib)}`
  }
  if (found.entries > limits.files) return `it contains more than ${limits.files} files, links and folders`
  return null
}

/** Ends what is none of a release's files, such as zeros without end, which take no place and all the time. */
const bounded = (file: string, limits: ReleaseLimits): Transform => {
  let left = (limits.mib + 1) * MIB + limits.files * MOST_AROUND_A_FILE
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length
      if (left < 0) done(tooLarge(file, 'its metadata is too large'))
      else done(null, chunk)
    },
  })
}

const MIB = 1024 ** 2
// The header, the rest of the last block, and a long name before it.
const MOST_AROUND_A_FILE = 4096

function problemOf({ name, linkname, type, mode, pax }: Header): string | null {
  if (posix.isAbsolute(name)) return `it contains the absolute path ${name}`
  if (name.split('/').includes('..')) return `the path ${name} contains ..`
  if (
    type === 'symlink' &&
    linkname &&
    !posix.isAbsolute(linkname) &&
    climbs(posix.join(posix.dirname(name), linkname))
  ) {
    return `the link ${name} points outside of it`
  }
  if (type === 'link' && linkname && (posix.isAbsolute(linkname) || climbs(linkname))) {
    return `the link ${name} points outside of it`
  }
  if (type === 'character-device' || type === 'block-device') return `${name} is a device`
  if (type === 'fifo') return `${name} is a named pipe`
  // Of these the size says nothing of what they unpack to. Types are what tar-stream has a name for.
  if (!KINDS.has(type ?? '') || Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))) {
    return `${name} is a sparse file or of an unsupported type`
  }
  if (type !== 'directory' && type !== 'symlink' && type !== 'link' && ((mode ?? 0) & 0o6000) !== 0)
    return `${name} has a setuid or setgid bit`
  return null
}

const KINDS: ReadonlySet<string> = new Set(['file', 'contiguous-file', 'directory', 'link', 'symlink'])

/** Would be unpacked, or linked, to where a link of the tarball leads. */
function throughLink({ name, linkname, type }: Header, links: ReadonlySet<string>): string | null {
  if (links.size === 0) return null
  for (const path of type === 'link' && linkname ? [name, linkname] : [name]) {
    for (let folder = posix.dirname(placeOf(path)); folder !== '.'; folder = posix.dirname(folder)) {
      if (links.has(folder)) return `${path} passes through the link ${folder}`
    }
  }
  return null
}

/** A link may be named `l/`, and is one all the same. */
const placeOf = (path: string): string => posix.normalize(path).replace(/\/+$/, '')

const climbs = (path: string): boolean => path.split('/').includes('..') && posix.normalize(path).startsWith('..')

function programIn(release: string, start: readonly string[] | null): string | null {
  if (start === null) return `bin/${release}`
  const first = start[0] ?? ''
  return first.includes('/') && !posix.isAbsolute(first) ? posix.normalize(first) : null
}

function checkProgram(file: string, program: string, modes: ReadonlyMap<string, number>): void {
  const mode = modes.get(program)
  if (mode === undefined) {
    const nested = [...modes.keys()].find((name) => name.endsWith(`/${program}`))
    throw broken(
      file,
      `it does not contain ${program}`,
      nested === undefined
        ? 'Pack a release, or set `deploy.start` to its start command.'
        : `It contains ${nested}: pack the contents of ${nested.slice(0, -program.length - 1)}, not the folder itself.`,
    )
  }
  if ((mode & 0o111) === 0) throw broken(file, `${program} is not executable`, `chmod +x ${program} before packing.`)
}

const tooLarge = (file: string, reason: string): Cul8erError =>
  new Cul8erError('ARTIFACT_BROKEN', `the artifact ${file} is too large: ${reason}`, {
    hint: 'CUL8ER_RELEASE_SIZE and CUL8ER_RELEASE_FILES set other limits.',
  })

const broken = (file: string, reason: string, hint = 'Build the release again.'): Cul8erError =>
  new Cul8erError('ARTIFACT_BROKEN', `the artifact ${file} is broken: ${reason}`, { hint })
