import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hostKeyAlgorithms } from '../../../../src/hosts/ssh/host-keys.js'
import { keysOf, knownAs, parseKnownHosts, typeOfKey, verdict } from '../../../../src/hosts/ssh/known-hosts.js'

/** A key of a type as it goes over the wire, told apart by a word. */
const key = (word: string, type = 'ssh-ed25519'): string => {
  const part = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)])
  return Buffer.concat([part(type), part(word)]).toString('base64')
}
const A = key('a')
const B = key('b')
const RSA = key('r', 'ssh-rsa')
const hashed = (name: string): string => {
  const salt = Buffer.from('salt')
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}
const found = (text: string, name: string) => keysOf(name, parseKnownHosts(text, 'f'))

it.each([
  [{ address: 'Web', port: 22, alias: null }, 'web'],
  [{ address: '10.0.0.1', port: 2222, alias: null }, '[10.0.0.1]:2222'],
  [{ address: '10.0.0.1', port: 2222, alias: 'Farm' }, 'farm'],
])('%j is filed under %s', (hop, name) => expect(knownAs(hop)).toBe(name))

describe('lines', () => {
  it.each<[string, string, string, number[]]>([
    ['a name', `web ssh-ed25519 ${A}`, 'web', [1]],
    ['several', `other,web,10.0.0.1 ssh-ed25519 ${A} comment`, 'web', [1]],
    ['a port', `[web]:2222 ssh-ed25519 ${A}`, '[web]:2222', [1]],
    ['another port', `web ssh-ed25519 ${A}`, '[web]:2222', []],
    ['a wildcard', `*.example.com ssh-ed25519 ${A}`, 'web.example.com', [1]],
    ['a negation', `*.example.com,!web.example.com ssh-ed25519 ${A}`, 'web.example.com', []],
    ['a dot is a dot', `web.example ssh-ed25519 ${A}`, 'webxexample', []],
    ['a hashed name', `${hashed('web')} ssh-ed25519 ${A}`, 'web', [1]],
    ['another hashed name', `${hashed('web')} ssh-ed25519 ${A}`, 'other', []],
    ['comments and empty lines', `# web\n\n  web ssh-ed25519 ${A}\r\nweb ssh-ed25519 ${B}`, 'web', [3, 4]],
    ['an authority', `@cert-authority * ssh-ed25519 ${A}`, 'web', []],
    ['what is no line', 'web ssh-ed25519', 'web', []],
  ])('%s', (_, text, name, lines) => expect(found(text, name).map(({ line }) => line)).toEqual(lines))
})

describe('a key that is shown', () => {
  it.each<[string, string, object]>([
    ['the known one', `web ssh-ed25519 ${A}`, { is: 'known' }],
    ['one of several', `web ssh-ed25519 ${B}\nweb ssh-ed25519 ${A}`, { is: 'known' }],
    ['where none is known', `other ssh-ed25519 ${A}`, { is: 'unknown' }],
    ['another one', `web ssh-ed25519 ${B}`, { is: 'changed', at: { line: 1 } }],
    [
      'another one, where there are others: that of its type is named',
      `web ssh-rsa ${RSA}\nweb ssh-ed25519 ${B}`,
      { is: 'changed', at: { line: 2 } },
    ],
    ['one of another type than the known one', `web ssh-rsa ${RSA}`, { is: 'changed', at: { line: 1 } }],
    ['a revoked one', `web ssh-ed25519 ${A}\n@revoked * ssh-ed25519 ${A}`, { is: 'revoked', at: { line: 2 } }],
    ['where another one is revoked', `@revoked * ssh-ed25519 ${B}`, { is: 'unknown' }],
  ])('%s', (_, text, expected) => expect(verdict(A, found(text, 'web'))).toMatchObject(expected))
})

it('says its type itself', () => {
  expect(typeOfKey(RSA)).toBe('ssh-rsa')
  expect(typeOfKey('')).toBe('')
})

it('the algorithms begin with those of the known keys, and SHA-1 is none', () => {
  expect(hostKeyAlgorithms([])[0]).toBe('ssh-ed25519')
  const known = hostKeyAlgorithms(found(`web ssh-rsa ${RSA}`, 'web'))
  expect(known.slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519'])
  expect(known).not.toContain('ssh-rsa')
})
