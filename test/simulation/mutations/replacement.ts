/** One change of a source file. Its text must be there exactly once, so that it cannot become void unnoticed. */
export interface Replacement {
  /** From the root of the repository. */
  file: string
  replace: string
  by: string
  /** No workflow has any of this file: activities alone decide by it. */
  ofActivities?: true
}

/** @throws Error when the text is not there exactly once */
export function replaceIn(source: string, { file, replace, by }: Replacement): string {
  const parts = source.split(replace)
  if (parts.length === 2) return parts.join(by)
  throw new Error(`${file} has ${parts.length - 1} places with ${JSON.stringify(replace)}; exactly one is needed`)
}
