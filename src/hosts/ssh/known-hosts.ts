import { createHmac } from 'node:crypto'
import { matchesPatterns } from './wildcard.js'

/** A line of a file of known hosts. */
export interface KnownKey {
  /** Patterns by comma, or one hashed name. */
  names: string
  /** `ssh-ed25519` and the like. */
  type: string
  /** As it goes over the wire, in base64. */
  key: string
  revoked: boolean
  file: string
  /** From 1. */
  line: number
}

/** What the known keys say of the one that a machine shows. */
export type Verdict = { is: 'known' } | { is: 'unknown' } | { is: 'changed' | 'revoked'; at: KnownKey }

/** The lines of a file of known hosts (sshd(8)). Certificate authorities and what cannot be read are left out. */
export function parseKnownHosts(text: string, file: string): KnownKey[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    const words = line.trim().split(/\s+/)
    const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined
    const [names, type, key] = words
    if (names === undefined || names.startsWith('#') || type === undefined || key === undefined) return []
    if (marker !== undefined && marker !== '@revoked') return []
    return [{ names, type, key, revoked: marker !== undefined, file, line: at + 1 }]
  })
}

/** What a machine is filed under: its alias, or its address with the port unless that is 22. */
export const knownAs = ({ address, port, alias }: { address: string; port: number; alias: string | null }): string =>
  (alias ?? (port === 22 ? address : `[${address}]:${port}`)).toLowerCase()

/** The keys that are filed under a name. */
export const keysOf = (name: string, known: readonly KnownKey[]): KnownKey[] =>
  known.filter(({ names }) =>
    names.startsWith('|1|') ? isHashOf(names, name) : matchesPatterns(names.toLowerCase(), name),
  )

/** Judges the key that a machine shows by those filed under its name. Another one than those is never taken for a new one. */
export function verdict(shown: string, keys: readonly KnownKey[]): Verdict {
  const revoked = keys.find((each) => each.revoked && each.key === shown)
  if (revoked !== undefined) return { is: 'revoked', at: revoked }
  const good = keys.filter((each) => !each.revoked)
  const [first] = good
  if (first === undefined) return { is: 'unknown' }
  return good.some(({ key }) => key === shown)
    ? { is: 'known' }
    : { is: 'changed', at: good.find(({ type }) => type === typeOfKey(shown)) ?? first }
}

/** The type that a key names itself: the first string in it. Empty for what is no key. */
export function typeOfKey(key: string): string {
  const bytes = Buffer.from(key, 'base64')
  return bytes.length < 4 ? '' : bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0))
}

function isHashOf(hashed: string, name: string): boolean {
  const [, , salt = '', hash] = hashed.split('|')
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}
