import { command } from './command/declared.js'
import { file } from './file/declared.js'
import type { SecretSource } from './source.js'
import { system } from './system/declared.js'
import { vault } from './vault/declared.js'

/** Every source that a file may name. */
export const SECRET_SOURCES = [system, file, command, vault] as const satisfies readonly SecretSource[]

/** The name of a source of secrets. */
export type SecretSourceName = (typeof SECRET_SOURCES)[number]['name']

/** A secret by where it comes from. */
export interface SecretRef {
  from: SecretSourceName
  /** Variable name, path, command line or vault path; null: the environment key itself. */
  key: string | null
}

/** The names alone, for schemas. */
export const SECRET_SOURCE_NAMES = SECRET_SOURCES.map(({ name }) => name)

/** @throws Error for a name that no source has: never another one in its place */
export function secretSource(name: string): SecretSource<SecretSourceName> {
  const found = SECRET_SOURCES.find((source) => source.name === name)
  if (found === undefined) throw new Error(`no source of secrets ${name}`)
  return found
}
