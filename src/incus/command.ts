/** One `incus` command as a value: built pure, shown in a dry run, tested literally, run by an executor. */
export interface IncusCommand {
  /** Words after `incus`; never passed through a shell. */
  args: readonly string[]
  /** Standard input: bytes, or a file that is streamed, with bytes ahead of it. */
  stdin?: Uint8Array | { file: string; before?: Uint8Array }
  /** Standard input holds a secret or a release: a dry run and logs show only its size. */
  stdinLabel?: string
}
