import { assignments, exitVariables } from '../shell/assignments.js'
import { ROOT_PATH } from './root-path.js'
import common from './scripts/common.sh'
import configure from './scripts/configure.sh'
import install from './scripts/install.sh'
import logsFrom from './scripts/logs-from.sh'
import logsPrevious from './scripts/logs-previous.sh'
import logs from './scripts/logs.sh'
import owner from './scripts/owner.sh'
import probe from './scripts/probe.sh'
import restart from './scripts/restart.sh'
import service from './scripts/service.sh'
import stop from './scripts/stop.sh'
import { ScriptExit } from './verbs.js'

/*
 * The scripts of the verbs, put together of what they share and what is their own:
 *
 * - common.sh: the name, the kind of init, and waiting for it right after the instance started.
 * - owner.sh: who runs the release under busybox init, told by `/opt/NAME/.owner`: a process id and its start time, which
 *   together name one process for good, also after a restart of the instance gave the id to another. What a program leaves behind
 *   is told by the mark in its environment, and ended: it may hold the port.
 * - service.sh: starting and stopping the release on each init.
 */

/** Versions kept in an instance, the current one among them, so that going back needs no upload. */
const KEPT_VERSIONS = 3

const prelude = `${assignments({ root_path: ROOT_PATH, ...exitVariables(ScriptExit) })}${common}`

/**
 * Reads the configuration from standard input, and nothing behind it. Files are staged first and moved into place once all of
 * the input is there, each at a stroke. What is no longer a secret of the instance is removed.
 *
 * All of it goes to folders that root owns, so that no link can be planted where root writes. A release's folder that is
 * somebody else's, for example the home of the user `app`, becomes root's, and what is planted in it under our names goes.
 */
export const configureScript = `${prelude}${configure}`

/**
 * Configures, verifies, unpacks and switches to a version; a version in place with the same digest is only switched to.
 *
 * The app may read and run its release and change nothing in it, or it could change what a later start runs. What is known of
 * a version, `/etc/cul8er/releases/NAME/VERSION`, is out of its reach as well: the tarball's digest, the order, and of each
 * file what the kernel says, among it the time of its last change, which nobody can set. With it an activation finds a file
 * that was changed, as a program that runs as root could, and takes the version for not in place. For 2,000 files of 60 MB this
 * takes 10 to 20 ms, where digests of their content took 240 to 710 ms.
 */
export const installScript = `${assignments({ kept_versions: KEPT_VERSIONS })}${prelude}${owner}${service}${configure}${install}`

export const restartScript = `${prelude}${owner}${service}${restart}`

/** Stopping what was never installed is done already. */
export const stopScript = `${prelude}${owner}${service}${stop}`

/** The journal where there is one; else the release's own file, or the system log for a whole instance. */
export const logsScript = `${prelude}${logs}`

/**
 * A log with a mark of where it was read to, so that the next reading goes on from there. The first line says which log it is:
 * `journal`, whose last line is then `-- cursor: …`; `file N`, with what begins at byte N; or `rotated`, with what was not yet read of a
 * file that was begun anew in the meantime.
 */
export const logsFromScript = `${prelude}${logsFrom}`

/**
 * The run before the present one, after a first line as above: by its id where there is a journal, else by the places of the last two
 * starts, which the run script notes beside the file.
 */
export const logsPreviousScript = `${prelude}${logsPrevious}`

/**
 * For addresses that the host cannot reach: asks from inside with what the image has. tcp is answered by the kernel's table of
 * listening sockets, for which any image has what it takes. nc comes before wget: that of Debian's busybox-static crashes.
 */
export const probeScript = `${assignments({ root_path: ROOT_PATH, exit_no_probe_program: ScriptExit.noProbeProgram })}${probe}`
