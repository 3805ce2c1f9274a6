/** The Incus project a command works in; null or absent: the host's default project. */
export interface Where {
  project?: string | null
}

/** `--project=NAME`, or nothing. */
export const inProject = ({ project }: Where = {}): string[] => (project ? [`--project=${project}`] : [])

/** Operands that Incus shall not take for options: behind `--` as soon as one begins with a dash. */
export const operands = (...words: string[]): string[] =>
  words.some((word) => word.startsWith('-') && word !== '-') ? ['--', ...words] : words

/** `key=value` words, so that a value may begin with a dash. */
export const assignments = (values: Record<string, string>): string[] =>
  Object.entries(values).map(([key, value]) => `${key}=${value}`)

/** The word when the condition holds. */
export const when = (condition: boolean | undefined, ...words: string[]): string[] => (condition ? words : [])
