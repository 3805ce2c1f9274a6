import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import type { ExecScript, FaultRule, Hardware, HostState } from './model.js'

/*
 * What is said over the emulator's unix socket, as HTTP: POST /execute with `{host, args}` in the first line of the body and
 * standard input behind it, answered by lines `{out}` and a last one `{exitCode, stdout, stderr}`; POST /control with a Control.
 */

export type Control =
  | { do: 'ping' }
  | { do: 'stop' }
  | { do: 'state' }
  | { do: 'fault'; rule: FaultRule }
  | { do: 'clearFaults' }
  | { do: 'latency'; ms: number }
  | { do: 'hardware'; hardware: Partial<Hardware>; host?: string }
  | { do: 'answerExec'; scripts: ExecScript[] }

export interface ControlAnswer {
  pid: number
  state?: Record<string, HostState>
}

export type Line = { out: string } | { exitCode: number; stdout: string; stderr: string }

/**
 * The socket, in the folder; a path of more than 100 bytes does not fit into a socket's address, so such a one is in a folder of the
 * user's own at a short place. Not in $TMPDIR: who asks and who serves may have another one each.
 * @throws Cul8erError PERMISSION when that place was taken by somebody else
 */
export function socketPath(folder: string): string {
  const inside = join(folder, 'emulator.sock')
  if (Buffer.byteLength(inside) <= 100) return inside
  return join(privateFolder(`/tmp/cul8er-${process.getuid?.() ?? 'user'}`), `${fingerprint(folder)}.sock`)
}

/**
 * Makes a folder that is this user's alone. Anybody can make one of that name, or a link, before we do.
 * @throws Cul8erError PERMISSION
 */
export function privateFolder(path: string): string {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const found = lstatSync(path)
  const ours = process.getuid === undefined || found.uid === process.getuid()
  if (found.isDirectory() && ours && (found.mode & 0o077) === 0) return path
  throw new Cul8erError(
    'PERMISSION',
    `${path} is not a private folder of this user: the emulator cannot put its socket there`,
    {
      hint: `remove it, or set CUL8ER_HOME to a shorter path`,
    },
  )
}

/** A name in Linux's abstract socket space: held by one process at a time, and free the moment that it dies. */
export const lockName = (folder: string): string => `\0cul8er-emulator-${fingerprint(realpathSync(folder))}`

const fingerprint = (folder: string): string => createHash('sha256').update(folder).digest('hex').slice(0, 24)
