import { Cul8erError } from '../errors.js'
import { inJson, lastLines } from '../evidence/last-lines.js'
import { endWords } from './end-words.js'
import type { Environment } from './environment.js'
import { runCommand, type CommandEnd } from './run-command.js'
import { Tail } from './tail.js'

/** A hook to run. */
export interface HookCommand {
  /** As in the topology, for people. */
  hook: string
  command: string[]
  timeoutMs: number
  environment: Environment
}

/** How the run of a hook is followed. */
export interface Following {
  signal: AbortSignal
  /** A text without secrets. */
  masked: (text: string) => string
  /** Told of its last line, now and then. */
  says: (line: string) => void
}

/** What is kept of its output. */
const MOST = { lines: 20, bytes: 4_096, characters: 500 }
/** ms between two looks at its last line. */
const SAYS_MS = 1_000

/**
 * Runs a hook to its end. Its folder is the same wherever the worker was started, so that none works by chance.
 * @throws Cul8erError HOOK with its last lines; or the signal's reason
 */
export async function runHook(
  { hook, command: [program = '', ...args], timeoutMs, environment }: HookCommand,
  { signal, masked, says }: Following,
): Promise<{ lines: string[] }> {
  const tail = new Tail()
  // Colors inside a secret would keep it from being found.
  const told = (ended: boolean): string[] => linesOf(masked(tail.text({ ended }).replaceAll(COLOR, '')))
  let saidAt = 0
  const end = await runCommand(program, args, {
    signal,
    timeoutMs,
    limitBytes: 0,
    cwd: '/',
    more: environment,
    onOutput: (chunk) => {
      tail.take(chunk)
      if (Date.now() - saidAt < SAYS_MS) return
      saidAt = Date.now()
      const line = told(false).at(-1)
      if (line !== undefined) says(line)
    },
  })
  const lines = told(true)
  if (end.how === 'exit' && end.code === 0) return { lines }
  const said = lines.at(-1)
  const how = endWords(end, timeoutMs)
  throw new Cul8erError('HOOK', `${hook} hook ${program} ${how}${said === undefined ? '' : `: ${said}`}`, {
    ...hintFor(end, hook),
    details: { hook, program, ...(end.how === 'exit' ? { exit: end.code } : {}), logs: lines },
  })
}

function hintFor({ how }: CommandEnd, hook: string): { hint?: string } {
  if (how === 'absent') return { hint: ABSENT }
  return hook.startsWith('before') ? { hint: BEFORE } : {}
}

const BEFORE = 'nothing was changed: fix the cause and try again, or pass --force to go on in spite of it'
const ABSENT = 'a hook runs on the machine of the worker, in / and with its PATH: does the program exist there?'

/** The last lines, without what a terminal would obey. */
function linesOf(text: string): string[] {
  const all = text
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .replaceAll(/\p{Cc}/gu, ' ')
        .trimEnd()
        .slice(0, MOST.characters),
    )
    .filter((line) => line !== '')
  return lastLines(all, { most: MOST.lines, bytes: MOST.bytes, sizeOf: inJson }).lines
}

const COLOR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g')
