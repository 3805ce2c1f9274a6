import { createReadStream } from 'node:fs'
import { posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { Cul8erError } from '../errors.js'

export interface TarballCheck {
  /** Files in it. */
  files: number
  /** Bytes once unpacked. */
  unpackedBytes: number
}

/**
 * Reads a release tarball to its end before anything is done with it.
 * @param start - the start command when the topology gives one: then its file must be there instead of `bin/<release>`
 * @throws Cul8erError ARTIFACT_BROKEN with the reason
 */
export async function checkTarball(
  file: string,
  { release, start = null }: { release: string; start?: readonly string[] | null },
): Promise<TarballCheck> {
  const program = programIn(release, start)
  const found = { files: 0, unpackedBytes: 0, modes: new Map<string, number>(), problem: null as string | null }
  const entries = extract()
  entries.on('entry', (header, content, next) => {
    found.problem ??= problemOf(header)
    if (header.type !== 'directory') {
      found.files += 1
      found.unpackedBytes += header.size ?? 0
      const name = posix.normalize(header.name)
      // A link may lead anywhere in the release: whether its end can be run shows when it is unpacked.
      if (found.modes.size < MOST_NAMES) found.modes.set(name, header.type === 'file' ? (header.mode ?? 0) : 0o111)
    }
    content.on('end', () => next()).resume()
  })
  await pipeline(createReadStream(file), createGunzip(), entries).catch((error: Error) => {
    throw error instanceof Cul8erError ? error : broken(file, `it cannot be read as tar.gz (${error.message})`)
  })
  if (found.problem !== null) throw broken(file, found.problem)
  if (found.files === 0) throw broken(file, 'it has no file in it')
  if (program !== null) checkProgram(file, program, found.modes)
  return { files: found.files, unpackedBytes: found.unpackedBytes }
}

// Far above a release with its runtime; a bound for what is hostile.
const MOST_NAMES = 200_000

function problemOf({ name, linkname, type }: Header): string | null {
  if (posix.isAbsolute(name)) return `it holds the absolute path ${name}`
  if (name.split('/').includes('..')) return `the path ${name} has a .. in it`
  if (
    type === 'symlink' &&
    linkname &&
    !posix.isAbsolute(linkname) &&
    climbs(posix.join(posix.dirname(name), linkname))
  ) {
    return `the link ${name} leads out of it`
  }
  if (type === 'link' && linkname && (posix.isAbsolute(linkname) || climbs(linkname))) {
    return `the link ${name} leads out of it`
  }
  if (type === 'character-device' || type === 'block-device') return `${name} is a device`
  return null
}

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
      `it has no ${program}`,
      nested === undefined
        ? 'Pack a release, or set `deploy.start` to what starts it.'
        : `There is ${nested}: pack what is in ${nested.slice(0, -program.length - 1)}, not the folder itself.`,
    )
  }
  if ((mode & 0o111) === 0) throw broken(file, `${program} is not executable`, `chmod +x ${program} before packing.`)
}

const broken = (file: string, reason: string, hint = 'Build the release again.'): Cul8erError =>
  new Cul8erError('ARTIFACT_BROKEN', `the artifact ${file} is broken: ${reason}`, { hint })
