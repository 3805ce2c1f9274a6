import { Cul8erError } from '../../errors.js'

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
 * Gives the clear value of a secret.
 * @throws Cul8erError SECRET_UNRESOLVED, or the signal's reason; the value is in none of them
 */
export type Resolver = (key: string, name: string, options: ResolveOptions) => Promise<string>

/** That a secret cannot be had, and why; `name` is the environment key it is for. */
export const unresolved = (name: string, reason: string, hint?: string): Cul8erError =>
  new Cul8erError('SECRET_UNRESOLVED', `secret ${name}: ${reason}`, { hint })

/** One line end at the end of a file's or a command's output is not part of the secret. */
export const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '')
