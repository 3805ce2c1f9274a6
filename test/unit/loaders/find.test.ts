import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findTopologyFile } from '../../../src/loaders/find.js'
import { folder } from './folder.js'

describe('the file of the working folder', () => {
  it.each([
    [['cul8er.config.json', 'cul8er.config.yaml', 'cul8er.config.ts'], 'cul8er.config.ts'],
    [['cul8er.config.yml', 'cul8er.config.mjs'], 'cul8er.config.mjs'],
    [['cul8er.config.yml', 'cul8er.config.yaml'], 'cul8er.config.yaml'],
    [['cul8er.config.json', 'other.ts'], 'cul8er.config.json'],
  ])('%j: %s', (names, expected) => {
    const cwd = folder(Object.fromEntries(names.map((name) => [name, ''])))
    expect(findTopologyFile(cwd)).toBe(join(cwd, expected))
  })

  it('says what it looked for', () => {
    const cwd = folder()
    const message = `no topology file in ${cwd}: looked for cul8er.config with .ts, .mts, .js, .mjs, .yaml, .yml, .json`
    expect(() => findTopologyFile(cwd)).toThrow(expect.objectContaining({ code: 'USAGE', message }))
  })
})

it.each([
  ['../shop.config.ts', 'to name a file, use -f ../shop.config.ts'],
  ['shop', '`cul8er init` writes a first one; `-f FILE` names one in another place'],
])('%s in the place of a name', (word, hint) => {
  expect(() => findTopologyFile(folder(), undefined, word)).toThrow(expect.objectContaining({ hint }))
})

describe('a file by its name', () => {
  it('is taken from the working folder', () => {
    const cwd = folder({ 'sub/prod.yaml': '' })
    expect(findTopologyFile(cwd, 'sub/prod.yaml')).toBe(join(cwd, 'sub/prod.yaml'))
  })

  it.each([
    ['prdo.yaml', 'no file prdo.yaml (did you mean prod.yaml?)'],
    ['nothing-like-it.ts', 'no file nothing-like-it.ts'],
    ['gone/prod.yaml', 'no file gone/prod.yaml'],
    ['sub', 'sub is not a file'],
    ['readme.txt', 'readme.txt is not a topology file: its name must end in .ts, .mts, .js, .mjs, .yaml, .yml, .json'],
  ])('%s', (name, message) => {
    const cwd = folder({ 'prod.yaml': '', 'sub/x': '', 'readme.txt': '' })
    expect(() => findTopologyFile(cwd, name)).toThrow(expect.objectContaining({ code: 'USAGE', message }))
  })
})
