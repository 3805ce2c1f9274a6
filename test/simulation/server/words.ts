import type { Command, Job } from './payloads.js'

/** A job in a few words, for traces: `resolveActivity 4 failed`. */
export function jobWords(job: Job): string {
  const [kind, content] = only(job)
  const { seq, signalName, name, id } = content
  return [kind, signalName ?? name, id ?? seq, ending(content)].filter((word) => word !== undefined).join(' ')
}

const ending = ({ result, failure }: Record<string, unknown>): string | undefined => {
  if (failure != null) return 'failed'
  const [how] = result == null ? [] : Object.keys(result)
  return how === 'completed' ? undefined : how
}

/** Name of a command's variant. */
export const commandKind = (command: Command): string =>
  Object.entries(command).find(
    ([key, value]) => value != null && key !== 'userMetadata' && key !== 'eventGroupMarkers',
  )?.[0] ?? 'nothing'

/** All of some commands, as text that is equal when they are. */
export const commandWords = (commands: Command[]): string =>
  JSON.stringify(commands, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  )

/** Where two texts part, with some of each. */
export function difference(before: string, now: string): string {
  let at = 0
  while (at < before.length && before[at] === now[at]) at += 1
  const around = (text: string): string => text.slice(Math.max(0, at - 120), at + 160)
  return `first:  … ${around(before)}\nreplay: … ${around(now)}`
}

const only = (job: Job): [string, Record<string, string | undefined>] =>
  Object.entries(job).find(([, value]) => value != null) as [string, Record<string, string | undefined>]
