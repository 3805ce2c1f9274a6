/**
 * What a topology file may say of one source of secrets, pure: workflows and the schema know it. How it is resolved is beside it, in
 * `resolve.ts`. To add one: a folder beside the others, and its line in each registry (`sources.ts`; `resolvers.ts`, when it can be resolved).
 */
export interface SecretSource<Name extends string = string> {
  /** As the file has it after `from`. */
  readonly name: Name
  /** For the reference: where the secret is. */
  readonly summary: string
  /** What `key` must be, in words; null: the name of the variable will do. */
  readonly key: string | null
  /** What is allowed instead of a key of such a look; undefined: it is fine. */
  refused?(key: string): string | undefined
  /** For somebody who is to agree to a topology that another made: what happens, `what` being the key. */
  runs(what: string): string
  /** The command that deploys seals it; others the worker resolves. */
  readonly sealed?: boolean
  /** Resolving runs something: it is done once, at the last moment, and no plan does it. */
  readonly runsSomething?: boolean
  /** Why a deploy refuses it, in words; absent: there is a resolver. */
  readonly unavailable?: string
}
