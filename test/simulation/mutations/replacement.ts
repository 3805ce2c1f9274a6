/** One change of a source file; the text must be there exactly once, so that a change of the code cannot make it void. */
export interface Replacement {
  /** From the root of the repository. */
  file: string
  replace: string
  by: string
}
