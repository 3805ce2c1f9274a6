import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { becomes } from '../waiting/poll.js'

/** One process, told apart from a later one that got the same pid. */
export interface Identity {
  pid: number
  /** Clock ticks since boot, with the boot's id on Linux; the start time in words elsewhere. `isSameStart` compares two. */
  started: string
}

/** Identity of a process, or null when none with that pid runs. A zombie does not run. */
export function identify(pid: number): Identity | null {
  const started = process.platform === 'linux' ? linuxStart(pid) : psStart(pid)
  return started === null ? null : { pid, started }
}

export function isAlive({ pid, started }: Identity): boolean {
  const now = identify(pid)
  return now !== null && isSameStart(now.started, started)
}

/** Whether two names of a start mean the same one. In a container boots are not compared: see `readBoot`. */
export function isSameStart(one: string, other: string): boolean {
  const [[ticks, boot], [otherTicks, otherBoot]] = [one.split('@'), other.split('@')]
  return ticks === otherTicks && (boot === otherBoot || boot === CONTAINER || otherBoot === CONTAINER)
}

/**
 * Ends a process: SIGTERM, and SIGKILL when it is still there after `graceMs`.
 * @returns when it is gone
 */
export async function endProcess(identity: Identity, graceMs: number): Promise<void> {
  signal(identity, 'SIGTERM')
  if (await gone(identity, graceMs)) return
  signal(identity, 'SIGKILL')
  await gone(identity, 5_000)
}

/** Sends a signal if this very process still runs. */
export function signal(identity: Identity, name: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Whether it was gone within the time, looked at every 20 ms. */
export const gone = (identity: Identity, withinMs: number): Promise<boolean> =>
  becomes(() => !isAlive(identity), { everyMs: 20, withinMs })

let boot: string | undefined

const CONTAINER = 'container'
const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/**
 * Id of the boot. LXC and systemd-nspawn mount one of the container's own over the kernel's, and a unit with protected kernel tunables has
 * a /proc without that: two processes of one container read two ids. Ticks tell its starts apart nevertheless, as they count from
 * the boot of the machine.
 */
function readBoot(): string {
  const isCovered = readFileSync('/proc/self/mountinfo', 'latin1').includes(` ${BOOT_ID} `)
  return isCovered ? CONTAINER : readFileSync(BOOT_ID, 'latin1').trim()
}

// proc(5): field 3 is the state, field 22 the start time; the name before them may hold spaces and parentheses.
function linuxStart(pid: number): string | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    boot ??= readBoot()
  } catch {
    return null
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? null : `${fields[19]}@${boot}`
}

function psStart(pid: number): string | null {
  try {
    const out = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim()
    return out === '' ? null : out
  } catch {
    return null
  }
}
