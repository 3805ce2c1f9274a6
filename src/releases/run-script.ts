import { assignments } from '../shell/assignments.js'
import { shellWords } from '../shell/words.js'
import { APP_PATH, ROOT_PATH } from './root-path.js'
import enter from './scripts/enter.sh'
import owner from './scripts/owner.sh'
import run from './scripts/run.sh'

/** Bytes at which a log file is copied to `.1` and begun anew, so that the two hold at most about twice this. */
const LOG_LIMIT_BYTES = 10 * 1024 * 1024

/**
 * `/opt/NAME/run MODE`, which turns itself into the release's program with its environment and secrets. MODE is `journal`
 * (systemd keeps the output), `file` (OpenRC), `respawn` (busybox init), `direct` (started now, ahead of busybox init, which
 * waits a second before each start) or `stop` (the release's stop command).
 *
 * Environment and secrets are the release's: a `PATH` or `LD_PRELOAD` in them must not reach a program that root runs. So root
 * reads them and hands them on, secrets under names that mean nothing, the environment as an open file, to `run enter`. This
 * runs with the rights of the user `app`, where the image has one, and takes them up.
 */
export const runScript = ({
  name,
  start,
  stop,
}: {
  name: string
  start: string[]
  stop: string[] | null
}): string => `#!/bin/sh
# Written by cul8er.
${assignments({
  cul8er_release: name,
  cul8er_root_path: ROOT_PATH,
  cul8er_app_path: APP_PATH,
  cul8er_log_limit_kib: LOG_LIMIT_BYTES / 1024,
  // Words in quotes, which the script takes apart as a shell does.
  cul8er_start: shellWords(start),
  cul8er_stop: shellWords(stop ?? []),
})}${enter}${owner}${run}`
