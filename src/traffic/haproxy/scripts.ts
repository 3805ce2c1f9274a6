import { assignments, exitVariables } from '../../shell/assignments.js'
import { CERTIFICATES_MAP } from './certificates.js'
import { ETC, RUN } from './global.js'
import commit from './scripts/commit.sh'
import common from './scripts/common.sh'
import content from './scripts/content.sh'
import drain from './scripts/drain.sh'
import install from './scripts/install.sh'
import readCertificates from './scripts/read-certificates.sh'
import read from './scripts/read.sh'
import renew from './scripts/renew.sh'
import requests from './scripts/requests.sh'
import run from './scripts/run.sh'

/*
 * What runs inside the edge, by busybox's sh. Scripts are constants: all that varies comes as arguments and standard input.
 * A configuration is a folder versions/<n>; `current` is a link to the one in force and is switched by a rename, so that
 * whoever starts HAProxy, at whatever moment, finds a whole one. The lock keeps two writers apart.
 */

/** Exit codes of COMMIT that are answers. */
export const CommitExit = { done: 0, conflict: 75, refused: 78, notLoaded: 76 } as const

const places = assignments({ etc: ETC, run: RUN })
const prelude = `${places}${common}`

/** Kept running by the edge's init. */
export const RUN_SCRIPT = `#!/bin/sh\n${places}${run}`

/** Standard input becomes the run script, if it is another one. */
export const INSTALL = `${prelude}${install}`

/** $1: a question for the runtime socket. Prints version, topologies (a line of JSON each) and the answer. */
export const READ = `${prelude}${read}`

/** $@: fingerprints; prints the PEM files. */
export const READ_CERTIFICATES = `${prelude}${readCertificates}`

/**
 * $1: the version that the change was made from; $2: the new one; $3: \`runtime\` or \`load\`; $4: the skeleton's digest;
 * $5: the question that is asked at the end.
 * Standard input: a tar of the new version. Prints what HAProxy said, then \`%answer\` and its state.
 */
export const COMMIT = `${assignments({ certificates_map: CERTIFICATES_MAP, ...exitVariables(CommitExit) })}${prelude}${commit}`

/**
 * $1: a server; $2: how often to look, 100 ms apart; $3: seconds for which a process from before a load may still get requests
 * over idle connections; $4: \`cut\` to end what is left. Prints the topologies, the sessions left and whether such a process counts.
 */
export const DRAIN = `${prelude}${drain}`

/** $1: how many lines at most. Prints the clock, in seconds since the epoch, the latest requests, and that this is all. */
export const REQUESTS = `${prelude}${requests}`

/** Prints the programs of an edge's image as a tar. */
export const CONTENT = content

/** Standard input: a tar by CONTENT, whose files take the place of ours. What belongs to the instance stays. */
export const RENEW = `${prelude}${renew}`
