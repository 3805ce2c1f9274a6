import { Cul8erError } from '../errors.js'

/**
 * Environment as `NAME="value"` lines that a POSIX shell and systemd's EnvironmentFile read alike: both keep everything
 * between double quotes but `\`, `"`, `$` and backquote, which a backslash makes plain. Line ends are kept.
 */
export const envFile = (environment: Record<string, string>): string =>
  Object.entries(environment)
    .map(([name, value]) => `${name}="${value.replace(/[\\"$`]/g, '\\$&')}"\n`)
    .join('')

/** The reverse of envFile. */
export function parseEnvFile(text: string): Record<string, string> {
  const lines = text.matchAll(/^([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\[^])*)"$/gm)
  return Object.fromEntries(
    [...lines].map(([, name = '', value = '']): [string, string] => [name, value.replace(/\\([^])/g, '$1')]),
  )
}

/**
 * Refuses what no process environment can hold.
 * @throws Cul8erError INVALID_TOPOLOGY, which names the variable and never shows the value
 */
export function checkVariable(instance: string, name: string, value: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || RESERVED.test(name)) {
    throw new Cul8erError(
      'INVALID_TOPOLOGY',
      `${instance}: ${JSON.stringify(name)} cannot name an environment variable`,
      {
        hint: 'Letters, digits and _ are allowed, not starting with a digit; names starting with CUL8ER_ are reserved.',
      },
    )
  }
  if (value.includes('\0')) {
    throw new Cul8erError('INVALID_TOPOLOGY', `${instance}: the value of ${name} contains a NUL byte`, {
      hint: 'Encode binary values, for example as base64.',
    })
  }
}

const RESERVED = /^cul8er_/i
