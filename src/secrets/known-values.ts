import { masker } from './masked.js'

/** Secrets that are remembered; of each the last values, for an app may still print the one before. */
const MOST = 1_000
const MOST_OF_ONE = 3

/**
 * The clear values that a worker has placed or opened, so that it can mask what comes back from instances. They are kept in its memory
 * alone, which holds the key of the sealed ones anyway.
 */
export class KnownValues {
  readonly #values = new Map<string, string[]>()
  #mask: ((text: string) => string) | null = null

  /** @param place - what the secret is for, as in its sealed box */
  remember(place: string, value: string): void {
    const before = this.#values.get(place) ?? []
    if (before.at(-1) === value) return
    if (!before.includes(value)) this.#mask = null
    // Set again it is the newest.
    this.#values.delete(place)
    this.#values.set(place, [...before.filter((each) => each !== value), value].slice(-MOST_OF_ONE))
    const [oldest] = this.#values.keys()
    if (this.#values.size > MOST && oldest !== undefined) this.#values.delete(oldest)
  }

  /** The text with `***` in place of every value. */
  masked(text: string): string {
    this.#mask ??= masker([...this.#values.values()].flat())
    return this.#mask(text)
  }
}
