import { shellWords } from './words.js'

/** What a script is told of constants: assignments of shell variables that stand before it, a line each. */
export const assignments = (variables: Readonly<Record<string, string | number>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? value : shellWords([value])}\n`)
    .join('')

/** `notLoaded` of a script's exit codes is `exit_not_loaded` in the script. */
export const exitVariables = (codes: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(codes).map(([name, code]) => [
      `exit_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      code,
    ]),
  )
