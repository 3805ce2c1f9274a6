import type * as z from 'zod'
import { Cul8erError } from '../../errors.js'
import { runCommand, type CommandEnd } from '../../processes/run-command.js'
import { PROTOCOL } from './protocol.js'

/** Whose balancer it is, and what is run. */
export interface Asked {
  host: { name: string; address: string }
  command: readonly string[]
}

export interface Question<Answer> {
  verb: string
  /** What goes with the verb. */
  with?: Record<string, unknown>
  /** What an answer must look like. */
  answer: z.ZodType<Answer>
  timeoutMs?: number
  signal?: AbortSignal
  /** Texts of which nothing may be told again, PEM blocks for instance. */
  secrets?: readonly string[]
}

/** Well below the time that an activity has. */
const TIMEOUT_MS = 60_000
/** 20,000 requests of 200 bytes are 4 MB. */
const LIMIT_BYTES = 16 * 1024 * 1024

/**
 * Runs a balancer command once: one JSON object on its standard input, one on its standard output.
 * @throws Cul8erError EDGE; the signal's reason
 */
export async function ask<Answer>({ host, command }: Asked, question: Question<Answer>): Promise<Answer> {
  const { verb, answer, timeoutMs = TIMEOUT_MS, signal, secrets = [] } = question
  const [file = '', ...args] = command
  const end = await runCommand(file, args, {
    stdin: JSON.stringify({ version: PROTOCOL, host, verb, ...question.with }),
    withStderr: true,
    timeoutMs,
    limitBytes: LIMIT_BYTES,
    ...(signal === undefined ? {} : { signal }),
  })
  const failed = (how: string, hint?: string): Cul8erError =>
    new Cul8erError('EDGE', `balancer command ${file} ${how}`, {
      hint:
        hint ?? `docs/balancers.md tells what \`${verb}\` must do; the worker runs the command for host ${host.name}`,
      details: { host: host.name, verb },
    })
  if (end.how !== 'exit') throw failed(ending(end, timeoutMs))
  if (end.code !== 0) {
    const said = lastLine(end.stderr ?? '', secrets)
    throw failed(`failed (exit ${end.code})${said === null ? '' : `: ${said}`}`)
  }
  const parsed = answer.safeParse(fromJson(end.stdout))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  throw failed(`gave no answer to ${verb} that can be read${place}: ${issue?.message ?? 'no JSON object'}`)
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function ending(end: Exclude<CommandEnd, { how: 'exit' }>, timeoutMs: number): string {
  switch (end.how) {
    case 'signal':
      return `was killed by ${end.signal}`
    case 'timeout':
      return `took longer than ${timeoutMs / 1_000} s`
    case 'limit':
      return `printed more than ${LIMIT_BYTES / 1024 / 1024} MiB`
    case 'absent':
      return `cannot be run (${end.reason})`
  }
}

/** Shorter ones are in many texts that are no secret. */
const TELLING = 16

/** Of what it wrote to standard error; null: nothing. */
function lastLine(stderr: string, secrets: readonly string[]): string | null {
  const line = stderr.trim().split('\n').at(-1)?.trim() ?? ''
  const parts = secrets.flatMap((secret) => secret.split('\n')).filter((part) => part.length >= TELLING)
  // A program that complains of its input may quote it.
  if (parts.some((part) => line.includes(part))) return 'what it said quotes a private key, so it is not shown'
  return line.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 300) || null
}
