import type * as z from 'zod'

/**
 * What a topology file may say of one balancer, pure: workflows and the schema know it. How it carries routes out is beside it, in
 * `edge.ts`. To add one: a folder beside the others, and its line in each registry (`balancers.ts`, `makers.ts`).
 */
export interface Balancer<Choice extends { kind: string } = { kind: string }> {
  readonly kind: Choice['kind']
  /** For the reference. */
  readonly summary: string
  /** Absent: its name alone is what a file writes. */
  readonly written?: Written<Choice>
  /** The choice in normal form, as it comes back from a file that cul8er wrote. */
  readonly normalised: z.ZodType<Choice>
  /** Public ports cannot be opened with it. */
  readonly opensNoPorts?: boolean
  /** For somebody who is to agree to a topology that another made: what the worker runs; null: nothing but Incus commands. */
  runs?(choice: Choice): readonly string[]
}

/** Written as a mapping whose one key is the balancer's name. */
interface Written<Choice> {
  /** What stands after the key. */
  value: z.ZodType
  /** In words, for errors and docs: `{ command: ['program'] }`. */
  form: string
  read(value: unknown): Choice
}
