import type { EmulatedHost } from '../host.js'
import type { Answer, Input } from '../model.js'
import type { Words } from '../words.js'

/** Carries out one command: its standard output, or a whole answer. @throws Refusal */
export type CarryOut = (
  host: EmulatedHost,
  words: Words,
  input: Input,
) => Promise<string | Answer | void> | string | Answer | void
