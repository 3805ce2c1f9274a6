import { Cul8erError, type ErrorCode } from '../errors.js'

/**
 * Incus's refusal as an error of ours; its text is the message, word for word. ALREADY_EXISTS also stands for a state that
 * is reached already (started, stopped), so that an ensure can go on, and NOT_FOUND for a key or device that is not set.
 * Texts as printed by Incus 6.0.4 under LC_ALL=C.
 */
export function incusError(stderr: string, exitCode: number, args: readonly string[]): Cul8erError {
  const command = shownCommand(args)
  if (args[0] === 'exec' && execCarriedOut(stderr, exitCode)) {
    const said = tail(stderr.trim(), 2_000)
    return new Cul8erError('INCUS', said || `${command} exited with ${exitCode}`, { details: { command, exitCode } })
  }
  const text = incusText(stderr)
  const known = KNOWN.find(({ match }) => match.test(text))
  const hint = known?.hint
  return new Cul8erError(known?.code ?? 'INCUS', text || `${command} exited with ${exitCode} and printed nothing`, {
    ...(hint === undefined ? {} : { hint }),
    details: { command, exitCode, ...(known?.withoutIncus === true ? WITHOUT_INCUS : {}) },
  })
}

/** In the details of an error: the machine answers, and its Incus does not run, or is not installed. */
export const WITHOUT_INCUS = { withoutIncus: true } as const

/** Whether the machine answered, but its Incus did not: what runs on it goes on. */
export const isWithoutIncus = ({ details }: Pick<Cul8erError, 'details'>): boolean => details?.withoutIncus === true

/**
 * Whether the exit code of `incus exec` is the command's own. The client has no exit code for its own failures, only texts.
 */
export function execCarriedOut(stderr: string, exitCode: number): boolean {
  if (exitCode === 0) return true
  if (exitCode !== 1 && exitCode !== 255) return true
  const last = stderr.trimEnd().split('\n').at(-1) ?? ''
  return !EXEC_NOT_CARRIED_OUT.test(last)
}

const EXEC_NOT_CARRIED_OUT = new RegExp(
  '^Error: (' +
    [
      'Instance is (not running|frozen)',
      'Failed to fetch instance "[^"]*" in project "[^"]*": Instance not found',
      'Failed to retrieve PID of executing child process',
      '(Get|Post|Put) "?https?://',
      "The incus daemon doesn't appear to be started",
      "You don't have the needed permissions to talk to the incus daemon",
      'The remote "[^"]*" doesn\'t exist',
      'not authorized',
      'websocket: ',
      '(unexpected )?EOF$',
      'Project not found',
    ].join('|') +
    ')',
)

interface Known {
  match: RegExp
  code: ErrorCode
  hint?: string
  withoutIncus?: true
}

// The first match wins, so what is more particular stands before what is more general.
const KNOWN: readonly Known[] = [
  {
    match: /The incus daemon doesn't appear to be started|dial unix .*(no such file|connection refused)/,
    code: 'UNREACHABLE',
    hint: 'start Incus on the host (`systemctl start incus`), and see `cul8er doctor`',
    withoutIncus: true,
  },
  {
    match:
      /You don't have the needed permissions|not authorized|Certificate is restricted|dial unix .*permission denied/,
    code: 'PERMISSION',
    hint: 'the user needs the group incus-admin on the host; a remote must trust this client (`incus config trust add`)',
  },
  {
    match: /^Failed creating instance from image: .*disk quota exceeded/i,
    code: 'NO_SPACE',
    hint: 'limits.disk is too small for the image once it is unpacked: raise it',
  },
  {
    match: /disk quota exceeded|no space left on device|ENOSPC/i,
    code: 'NO_SPACE',
    hint: 'free space in the pool, or raise limits.disk',
  },
  {
    match: /Instance type .*(is not supported on this server|not operational)|Instance type not operational/,
    code: 'VM_UNSUPPORTED',
    hint: 'this host cannot run virtual machines: use `type: container`, or another host',
  },
  {
    match:
      /^Image "[^"]*" not found|requested image couldn't be found|Asked for a VM but image is of type container|Asked for a container but image is of type|Requested image's type .* doesn't match instance type/,
    code: 'IMAGE_NOT_FOUND',
    hint: 'list what the host has with `incus image list`, or name a remote image such as `images:debian/12`',
  },
  {
    match: /Failed getting (remote )?image( info)?: .*Get "https?:/,
    code: 'UNREACHABLE',
    hint: 'the host cannot reach the image server; images that `incus image list` shows on the host need no server',
  },
  {
    match:
      /Unable to connect to|connection (refused|reset by peer)|no such host|no route to host|i\/o timeout|network is unreachable|TLS handshake timeout|context deadline exceeded|broken pipe|EOF$|failed to verify certificate/,
    code: 'UNREACHABLE',
  },
  {
    match: /exec: "[\w-]+": executable file not found/,
    code: 'INCUS',
    hint: 'install that program on the host: `cul8er hosts setup HOST` adds what images of ours are unpacked with',
  },
  {
    // No second attempt would find it. `nginx:latest` reads as the image `latest` of a remote `nginx`.
    match: /The remote "[^"]*" doesn't exist/,
    code: 'IMAGE_NOT_FOUND',
    hint: 'what stands before the colon is a remote, such as `images:debian/12`; list them with `incus remote list`',
  },
  { match: /address already in use|Instance DNS name "[^"]*" already used/, code: 'IN_USE' },
  {
    // Of two processes that fail at a taken port either may be quoted: this one in 2 of 8 tries.
    match: /starting proxy device: .*Failed to receive fd from listener process/,
    code: 'IN_USE',
    hint: 'the port of the proxy device is most likely taken; its proxy.DEVICE.log on the host says so if it is',
  },
  {
    match:
      /already exists|^Snapshot "[^"]*" already in use$|UNIQUE constraint failed|already (running|stopped)$|is already (running|stopped)/,
    code: 'ALREADY_EXISTS',
  },
  {
    match:
      /currently (in use|running)|^In use$|Device or resource busy|Renaming of running instance|is busy running|still in use$|used by running instances/i,
    code: 'IN_USE',
  },
  {
    match: /not found$|does(n't| not) exist|it's not currently set$|^Device not found in profile|No such object/i,
    code: 'NOT_FOUND',
  },
]

// What the client printed last as an error, without advice that repeats our own hints; several lines when a tool's output is in it.
function incusText(stderr: string): string {
  const lines = stderr.trim().split('\n')
  const first = lines.findLastIndex((line) => line.startsWith('Error: '))
  const found = first === -1 ? lines : lines.slice(first)
  return tail(
    found
      .filter((line) => !line.startsWith('Try `incus info'))
      .join('\n')
      .replace(/^Error: /, '')
      .trim(),
    2_000,
  )
}

const tail = (text: string, length: number): string => (text.length > length ? `…${text.slice(-length)}` : text)

/** A command in one line, enough to know which one it was: scripts and long values say little, and may be long. */
export function shownCommand(args: readonly string[]): string {
  const words = args.map((word) =>
    word.length > 60 || word.includes('\n') ? `${word.slice(0, 40).split('\n')[0]}…` : word,
  )
  const line = ['incus', ...words].join(' ')
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}
