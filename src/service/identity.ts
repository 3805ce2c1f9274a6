import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { becomes } from '../waiting/poll.js'

/** One process, told apart from a later one that got the same pid. */
export interface Identity {
  pid: number
  /** Clock ticks since boot, with the boot's id on Linux; the start time in words elsewhere. */
  started: string
}

/** Identity of a process, or null when none with that pid runs. A zombie does not run. */
export function identify(pid: number): Identity | null {
  const started = process.platform === 'linux' ? linuxStart(pid) : psStart(pid)
  return started === null ? null : { pid, started }
}

export const isAlive = ({ pid, started }: Identity): boolean => identify(pid)?.started === started

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

let bootId: string | undefined

// proc(5): field 3 is the state, field 22 the start time; the name before them may hold spaces and parentheses.
function linuxStart(pid: number): string | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return null
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? null : `${fields[19]}@${bootId}`
}

function psStart(pid: number): string | null {
  try {
    const out = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim()
    return out === '' ? null : out
  } catch {
    return null
  }
}
