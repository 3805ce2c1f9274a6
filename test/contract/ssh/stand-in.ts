import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A program that goes by the name of Incus's client on a test's SSH server: `incus VERB …`. */
export interface StandIn {
  folder: string
  /** For sshd_config. */
  setting: string
  /** The processes that were started with a verb. */
  pids(verb: string): Promise<number[]>
  remove(): Promise<void>
}

const SCRIPT = `#!/bin/sh
cd "$(dirname "$0")" || exit 99
echo $$ >>"pids-$1"
case $1 in
  words) shift; for word; do printf '%s\\0' "$word"; done ;;
  wait) echo waiting; exec sleep 600 ;;
  stubborn) trap '' TERM; echo waiting; while :; do sleep 0.1; done ;;
  children) sleep 600 & echo $! >>pids-children; echo waiting; wait ;;
  flood) exec cat /dev/zero ;;
  count) exec wc -c ;;
  slow) sleep 0.2; echo "$2" ;;
  left) sleep 600 & echo $! >>pids-left; echo done ;;
  fail) echo 'Error: Instance not found' >&2; exit 1 ;;
  may-not) echo "Error: You don't have the needed permissions to talk to the incus daemon (socket path: /var/lib/incus/unix.socket)" >&2; exit 1 ;;
  env) printf '%s %s %s\\n' "$LC_ALL" "$INCUS_REMOTE" "$INCUS_PROJECT" ;;
esac
`

/** Whether a process is there and has not ended. */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

export async function standIn(): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), 'cul8er-stand-in-'))
  await writeFile(join(folder, 'incus'), SCRIPT)
  await chmod(join(folder, 'incus'), 0o755)
  return {
    folder,
    setting: `SetEnv PATH=${folder}:/usr/bin:/bin`,
    pids: async (verb) =>
      (await readFile(join(folder, `pids-${verb}`), 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number),
    remove: () => rm(folder, { recursive: true }),
  }
}
