import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** The socket, in the folder; a path of more than 100 bytes does not fit into a socket's address, so such a one gets a place of its own. */
export function socketPath(folder: string): string {
  const inside = join(folder, 'emulator.sock')
  return Buffer.byteLength(inside) <= 100 ? inside : join(tmpdir(), `cul8er-emulator-${fingerprint(folder)}.sock`)
}

/** A name in Linux's abstract socket space: held by one process at a time, and free the moment that it dies. */
export const lockName = (folder: string): string => `\0cul8er-emulator-${fingerprint(realpathSync(folder))}`

const fingerprint = (folder: string): string => createHash('sha256').update(folder).digest('hex').slice(0, 24)
