import type { GlobalOptions } from './context.js'

/** What was typed before Tab was pressed, as far as names depend on it. */
export interface TypedSoFar {
  options: Pick<GlobalOptions, 'file' | 'address' | 'namespace'>
  /** Words that are no options, the command among them; some may be values of options. */
  words: string[]
}

/** Reads a command line that is not whole yet: half of it may be wrong, and nothing is refused. */
export function typedSoFar(typed: readonly string[]): TypedSoFar {
  const options: TypedSoFar['options'] = {}
  const words: string[] = []
  for (let i = 0; i < typed.length; i += 1) {
    const [, name = typed[i] ?? '', joined] = /^(--[a-z]+)=(.*)$/s.exec(typed[i] ?? '') ?? []
    const option = TAKES[name]
    if (option !== undefined) options[option] = joined ?? typed[(i += 1)]
    else if (!name.startsWith('-')) words.push(name)
  }
  return { options, words }
}

const TAKES: Readonly<Record<string, keyof TypedSoFar['options']>> = {
  '-f': 'file',
  '--file': 'file',
  '--address': 'address',
  '--namespace': 'namespace',
}
