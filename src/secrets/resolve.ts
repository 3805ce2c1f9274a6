import { Cul8erError } from '../errors.js'
import { expandHome } from '../files/paths.js'
import { readRegular, Unreadable } from '../files/read-regular.js'
import { runCommand, type CommandEnd } from '../processes/run-command.js'
import type { SecretRef } from '../topology/model.js'

export interface ResolveOptions {
  /** Of the worker; a command gets its PATH, HOME and LANG. */
  env: NodeJS.ProcessEnv
  signal?: AbortSignal
  /** ms a command may take; default 30,000. */
  timeoutMs?: number
}

/** Most bytes of a secret from a file or a command. */
export const SECRET_LIMIT_BYTES = 64 * 1024

/**
 * The clear value of a secret that a worker resolves. `name` is the environment key it is for, and the key of a reference that has
 * none.
 *
 * A command is split at spaces (a backslash before a space keeps it) and run without a shell. One line end at the end of a
 * file's or a command's output is not part of the secret. What comes from the environment was sealed by the command that deploys,
 * or is not there: the worker's own environment is that of whoever started it, for another topology perhaps.
 * @throws Cul8erError SECRET_UNRESOLVED, NOT_SUPPORTED_YET for Vault, or the signal's reason; the value is in none of them
 */
export async function resolveSecret(ref: SecretRef, name: string, options: ResolveOptions): Promise<string> {
  const key = ref.key ?? name
  switch (ref.from) {
    case 'system':
      throw unresolved(
        name,
        `the environment of the command that deployed had no ${key}`,
        `export ${key} and deploy again`,
      )
    case 'file':
      return withoutLineEnd(await fromFile(key, name))
    case 'command':
      return withoutLineEnd(await fromCommand(key, name, options))
    case 'vault':
      throw new Cul8erError('NOT_SUPPORTED_YET', `secret ${name}: Vault is not supported yet`, {
        hint: 'Use a command for now, for example: vault kv get -field=value secret/name',
      })
  }
}

async function fromFile(key: string, name: string): Promise<string> {
  const path = expandHome(key)
  const bytes = await readRegular(path, SECRET_LIMIT_BYTES).catch((error: unknown) => {
    if (!(error instanceof Unreadable)) throw error
    throw unresolved(name, `the file ${path} ${error.message}`, 'The path is looked up on the machine of the worker.')
  })
  return bytes.toString('utf8')
}

async function fromCommand(line: string, name: string, options: ResolveOptions): Promise<string> {
  const { env, signal, timeoutMs = 30_000 } = options
  // Commands seal secrets and run none: loading this would cost each of them 60 ms.
  const { parseCommandString } = await import('execa')
  const [program = '', ...args] = parseCommandString(line)
  const end = await runCommand(program, args, { env, signal, timeoutMs, limitBytes: SECRET_LIMIT_BYTES })
  if (end.how === 'exit' && end.code === 0) return end.stdout
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
      return `ended with exit code ${end.code}`
    case 'signal':
      return `was ended by ${end.signal}`
    case 'timeout':
      return `took longer than ${timeoutMs} ms`
    case 'limit':
      return `printed more than ${SECRET_LIMIT_BYTES} bytes`
    case 'absent':
      return `cannot be run (${end.reason})`
  }
}

const unresolved = (name: string, reason: string, hint?: string): Cul8erError =>
  new Cul8erError('SECRET_UNRESOLVED', `secret ${name}: ${reason}`, { hint })

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '')
