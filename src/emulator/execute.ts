import type { EmulatedHost } from './host.js'
import type { Answer, Input } from './model.js'
import { Refusal } from './texts.js'
import { half, verbs } from './verbs/index.js'
import type { Words } from './words.js'

/** Carries out one command as Incus would; a refusal is an answer. `halfway`: the host loses power in the middle of it. */
export async function execute(host: EmulatedHost, words: Words, input: Input, halfway = false): Promise<Answer> {
  try {
    const carriedOut = await (halfway ? half : verbs)[words.verb]?.(host, words, input)
    if (typeof carriedOut === 'object') return carriedOut
    return { exitCode: 0, stdout: carriedOut ?? '', stderr: '' }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { exitCode: error.exitCode, stdout: '', stderr: `Error: ${error.message}\n` }
  }
}
