import { runCommand, type CommandEnd } from '../../../processes/run-command.js'
import { durationWords } from '../../../topology/units.js'
import { SECRET_LIMIT_BYTES, unresolved, withoutLineEnd, type Resolver } from '../resolver.js'

/** The line is split at spaces (a backslash before a space keeps it) and run without a shell. */
export const fromCommand: Resolver = async (line, name, options) => {
  const { env, signal, timeoutMs = 30_000 } = options
  // Commands seal secrets and run none: loading this would cost each of them 60 ms.
  const { parseCommandString } = await import('execa')
  const [program = '', ...args] = parseCommandString(line)
  const end = await runCommand(program, args, { env, signal, timeoutMs, limitBytes: SECRET_LIMIT_BYTES })
  if (end.how === 'exit' && end.code === 0) return withoutLineEnd(end.stdout)
  // What the command printed may be the secret, so that only how it ended is told.
  throw unresolved(
    name,
    `the command ${program} ${ending(end, timeoutMs)}`,
    'Run it by hand as the user of the worker, with PATH, HOME and LANG alone: env -i PATH="$PATH" HOME="$HOME" …',
  )
}

function ending(end: CommandEnd, timeoutMs: number): string {
  switch (end.how) {
    case 'exit':
      return `exited with code ${end.code}`
    case 'signal':
      return `was killed by ${end.signal}`
    case 'timeout':
      return `took longer than ${durationWords(timeoutMs)}`
    case 'limit':
      return `printed more than ${SECRET_LIMIT_BYTES} bytes`
    case 'absent':
      return `cannot be run (${end.reason})`
  }
}
