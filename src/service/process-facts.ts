import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync, realpathSync } from 'node:fs'

/** What the system says of a process; its command line it says itself. */
export interface ProcessFacts {
  /** Whose rights it has. */
  uid: number
  /** The file that it runs, with links followed. */
  program: string
  words: string[]
}

/** null when there is none, or it is not shown to us. */
export function processFacts(pid: number): ProcessFacts | null {
  try {
    return process.platform === 'linux' ? linuxFacts(pid) : psFacts(pid)
  } catch {
    return null
  }
}

function linuxFacts(pid: number): ProcessFacts | null {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  // proc(5): real, effective, saved and file system user.
  const uids = new Set(
    /^Uid:\t(.*)$/m
      .exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
      ?.split('\t')
      .map(Number),
  )
  const [uid] = uids
  if (uid === undefined || uids.size !== 1) return null
  return { uid, program: programOf(pid), words }
}

// Only shown for processes that we may look into.
function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return ''
  }
}

function psFacts(pid: number): ProcessFacts | null {
  const ps = (column: string): string =>
    execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim()
  const words = ps('args').split(' ')
  return { uid: Number(ps('uid')), program: real(ps('comm')), words }
}

function real(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}
