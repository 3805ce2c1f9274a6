import type { Platform } from './platform.js'

/** A host as a file has it. */
export interface Written {
  address: string
  platform: Platform
}

/**
 * What a topology file may say of one kind of host, pure: workflows and the schema know it. How it is reached is beside it, in
 * `executor.ts`. To add a kind: a folder beside the others, and its line in each registry (`addresses.ts`; `executors.ts`, when it can be reached).
 */
export interface AddressKind<Name extends string = string> {
  /** As revisions keep it. */
  readonly name: Name
  /** What its addresses look like, for error texts. */
  readonly words: readonly string[]
  /** The address in normal form; null when it is none of this kind. */
  read(written: Written): string | null
  /** The machine behind it: two names that give the same are one machine. */
  machine(host: { name: string; address: string }): string
  /** What is allowed instead where the platform cannot be reached so; undefined: it can. */
  unfit?(platform: Platform): string | undefined
  /** It runs containers alone. */
  readonly containersOnly?: boolean
  /** Why a deploy refuses it, in words; absent: there is an executor. */
  readonly unavailable?: string
}
