/**
 * The verbs that cul8er says inside an instance. Each is one `incus exec INSTANCE -- sh -c SCRIPT VERB ARG…`: the script is a
 * constant POSIX text, what varies is in the arguments or on standard input, and a secret is on standard input alone.
 *
 * | verb | arguments | standard input | standard output |
 * |---|---|---|---|
 * | `cul8er-configure` | NAME | the configuration (configuration.ts) | |
 * | `cul8er-install` | NAME VERSION SHA256 STOP_SECONDS PROGRAM | the configuration, then the release tarball; no tarball when VERSION is in place | |
 * | `cul8er-restart` | NAME STOP_SECONDS | | |
 * | `cul8er-stop` | NAME STOP_SECONDS | | |
 * | `cul8er-logs` | NAME LINES FOLLOW | | the last LINES lines; with FOLLOW `1` also what comes |
 * | `cul8er-logs-from` | NAME LINES FROM SINCE | | a mark, then the last LINES lines, or what came since FROM (log-reading.ts) |
 * | `cul8er-logs-previous` | NAME LINES | | a mark, then the last LINES lines of the run before the present one |
 * | `cul8er-probe` | KIND PORT PATH TIMEOUT_SECONDS | | http, https: the status code; tcp: nothing |
 *
 * SINCE is in seconds since 1970, or absent: a journal gives no older lines, a file none if none was written since.
 * NAME is the release's, or the resource's where there is no release; `-` for it in the logs' verbs is the log of the whole instance.
 * PROGRAM is the file that must be executable in the release, or empty. Install unpacks, switches `current`, starts (again)
 * and enables at boot; stop holds until the next install or restart, also over a reboot. All exit with ScriptExit.
 */
export const Verb = {
  configure: 'cul8er-configure',
  install: 'cul8er-install',
  restart: 'cul8er-restart',
  stop: 'cul8er-stop',
  logs: 'cul8er-logs',
  logsFrom: 'cul8er-logs-from',
  logsPrevious: 'cul8er-logs-previous',
  probe: 'cul8er-probe',
} as const
export type Verb = (typeof Verb)[keyof typeof Verb]

/** How the scripts end, apart from 0; other codes are of the programs they call. */
export const ScriptExit = {
  digestDiffers: 81,
  cannotUnpack: 82,
  noProgram: 83,
  noInit: 84,
  tarballNeeded: 85,
  initNotReady: 86,
  startRefused: 87,
  configurationCut: 88,
  nothingInstalled: 89,
  noProbeProgram: 90,
} as const
