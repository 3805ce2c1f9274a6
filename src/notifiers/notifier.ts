import type { z } from 'zod'
import type { SecretRef } from '../secrets/sources/sources.js'

/**
 * What a topology file may say of one kind of notifier, pure: workflows and the schema know it. How it tells is beside it, in `tell.ts`.
 * To add one: a folder beside the others, and its line in each registry (`notifiers.ts`, `tellers.ts`).
 */
export interface Notifier<Choice extends { kind: string } = { kind: string }> {
  /** Also the key that a file writes. */
  readonly kind: Choice['kind']
  /** For the reference. */
  readonly summary: string
  /** What stands after the key. */
  readonly written: {
    value: z.ZodType
    read(value: unknown): Choice
  }
  /** The choice in normal form, as it comes back from a file that cul8er wrote. */
  readonly normalised: z.ZodType<Choice>
  /** Its target in logs, errors and histories: nothing that may be a secret. */
  named(choice: Choice): string
  /** For somebody who is to agree to a topology that another made: what the worker does. */
  runs(choice: Choice): string
  /** The secret that it needs to tell; absent, or null: none. */
  secret?(choice: Choice): SecretRef | null
}
