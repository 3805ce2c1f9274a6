/** Whose manager runs a unit: the machine's, or that of one user. */
export type Scope = 'system' | 'user'

export type UnitName = 'cul8er.service' | 'cul8er-worker.service'

export interface UnitInput {
  scope: Scope
  /** The program and its arguments. */
  command: readonly string[]
  environment: Readonly<Record<string, string>>
  /** worker: a file with more variables, for those that are secret. */
  environmentFile?: string
}

/** The first line of a unit of ours; a file without it is somebody else's. */
export const MARK = '# Written by cul8er service install; cul8er service uninstall removes it.'

/** The unit of the embedded service. It ends with 0 when it is told to, and stays stopped then. */
export const serviceUnit = (input: UnitInput): string =>
  unit(input, { description: 'cul8er: Temporal and a worker', stopSeconds: 30 })

/** The unit of a worker for a Temporal cluster of one's own. */
export const workerUnit = (input: UnitInput): string =>
  unit(input, { description: 'cul8er: a worker for a Temporal cluster', stopSeconds: 60 })

function unit(
  { scope, command, environment, environmentFile }: UnitInput,
  { description, stopSeconds }: { description: string; stopSeconds: number },
): string {
  const lines = [
    MARK,
    '[Unit]',
    `Description=${description}`,
    ...(scope === 'system' ? ['Wants=network-online.target', 'After=network-online.target incus.service'] : []),
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${command.map((word) => quoted(word).replaceAll('$', '$$$$')).join(' ')}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    ...(environmentFile === undefined ? [] : [`EnvironmentFile=-${escaped(environmentFile)}`]),
    'Restart=on-failure',
    'RestartSec=5',
    // It ends its own processes in their order; what is left then is killed.
    'KillMode=mixed',
    `TimeoutStopSec=${stopSeconds}`,
    'UMask=0077',
    ...EVERYWHERE,
    ...(scope === 'system' ? SYSTEM : []),
    '',
    '[Install]',
    `WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}`,
  ]
  return `${lines.join('\n')}\n`
}

/** What a user's manager can enforce, too. The JIT of Node needs memory that is written and run. */
const EVERYWHERE = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
]

/** Programs that a topology names run in it, and the Incus client: homes, /tmp and the network stay as they are. */
const SYSTEM = [
  'ProtectSystem=full',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
]

/**
 * A word as systemd reads it back: `%` names a specifier, a backslash begins an escape. No control character is written as it is: for
 * systemd a carriage return ends a line as well, and what follows would be a setting.
 */
export const quoted = (word: string): string => `"${escaped(word).replaceAll('"', '\\"')}"`

const escaped = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll(CONTROL, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`)

const CONTROL = new RegExp(String.raw`[\x00-\x1f\x7f]`, 'g')

/**
 * Variables that a unit keeps: where things are. Anybody on the machine can read a unit, so that keys stay out of it, and so does a proxy
 * whose address has a password in it.
 */
export const unitEnvironment = (environment: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) =>
        !/KEY|TOKEN|SECRET|PASS|CREDENTIAL/i.test(name) && !hasLogin(name, value) && !SESSION.has(name),
    ),
  )

/** An address with a user or a password; that of a proxy may be without its scheme. */
const hasLogin = (name: string, value: string): boolean =>
  /proxy$/i.test(name) ? value.includes('@') : /^[a-z][a-z0-9+.-]*:\/\/[^/]*@/i.test(value)

/** Of a login or of this command alone: a unit gets its own. */
const SESSION: ReadonlySet<string> = new Set([
  ...['USER', 'LOGNAME', 'TMPDIR', 'XDG_RUNTIME_DIR', 'XDG_SESSION_ID', 'XDG_SESSION_TYPE', 'XDG_SESSION_CLASS'],
  ...['XDG_SEAT', 'XDG_VTNR', 'XDG_CURRENT_DESKTOP', 'XDG_SESSION_DESKTOP', 'XDG_DATA_DIRS', 'XDG_CONFIG_DIRS'],
  ...['CUL8ER_DEBUG', 'CUL8ER_BIN', 'CUL8ER_SUPERVISOR_PID'],
])
