import { open as openFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import type { SecretRef } from '../topology/model.js'

export interface ResolveOptions {
  env: NodeJS.ProcessEnv
  signal?: AbortSignal
  /** ms a command may take; default 30,000. */
  timeoutMs?: number
}

/** Most bytes of a secret from a file or a command. */
export const SECRET_LIMIT_BYTES = 64 * 1024

/**
 * The clear value of a secret. `name` is the environment key it is for, and the key of a reference that has none.
 *
 * A command is split at spaces (a backslash before a space keeps it) and run without a shell. One line end at the end of a
 * file's or a command's output is not part of the secret.
 * @throws Cul8erError SECRET_UNRESOLVED, NOT_SUPPORTED_YET for Vault, or the signal's reason; the value is in none of them
 */
export async function resolveSecret(ref: SecretRef, name: string, options: ResolveOptions): Promise<string> {
  const key = ref.key ?? name
  switch (ref.from) {
    case 'system':
      return fromEnvironment(key, name, options)
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

function fromEnvironment(variable: string, name: string, { env }: ResolveOptions): string {
  const value = env[variable]
  if (value !== undefined) return value
  throw unresolved(name, `the environment has no ${variable}`, `export ${variable} and deploy again`)
}

async function fromFile(key: string, name: string): Promise<string> {
  const path = key.startsWith('~/') ? join(homedir(), key.slice(2)) : key
  const hint = 'The path is looked up on the machine of the worker.'
  const handle = await openFile(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw unresolved(name, `the file ${path} cannot be read (${error.code})`, hint)
  })
  try {
    const { bytesRead, buffer } = await handle
      .read(Buffer.alloc(SECRET_LIMIT_BYTES + 1))
      .catch((error: NodeJS.ErrnoException) => {
        throw unresolved(name, `the file ${path} cannot be read (${error.code})`, hint)
      })
    if (bytesRead > SECRET_LIMIT_BYTES) throw unresolved(name, `the file ${path} has over ${SECRET_LIMIT_BYTES} bytes`)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function fromCommand(line: string, name: string, options: ResolveOptions): Promise<string> {
  const { env, signal, timeoutMs = 30_000 } = options
  // Commands seal secrets and run none: loading this would cost each of them 60 ms.
  const { execa, parseCommandString } = await import('execa')
  const [program = '', ...args] = parseCommandString(line)
  const result = await execa(program, args, {
    env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: timeoutMs,
    maxBuffer: SECRET_LIMIT_BYTES,
    stripFinalNewline: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  })
  if (!result.failed) return result.stdout
  signal?.throwIfAborted()
  // What the command printed may be the secret, so that only how it ended is told.
  throw unresolved(
    name,
    `the command ${program} ${ending(result, timeoutMs)}`,
    'Run it by hand as the user of the worker.',
  )
}

const ending = (
  result: { timedOut: boolean; isMaxBuffer: boolean; exitCode?: number; signal?: string; code?: string },
  timeoutMs: number,
): string => {
  if (result.timedOut) return `took longer than ${timeoutMs} ms`
  if (result.isMaxBuffer) return `printed more than ${SECRET_LIMIT_BYTES} bytes`
  if (result.exitCode !== undefined) return `ended with exit code ${result.exitCode}`
  return `cannot be run (${result.code ?? result.signal ?? 'unknown reason'})`
}

const unresolved = (name: string, reason: string, hint?: string): Cul8erError =>
  new Cul8erError('SECRET_UNRESOLVED', `secret ${name}: ${reason}`, { hint })

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '')
