import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'

interface Changelog {
  released: (changelog: string, version: string, date: string) => string
  notesOf: (changelog: string, version: string) => string
}
interface Version {
  nextVersion: (current: string, wanted: string, tags: string[]) => string
  refusal: (state: { branch: string; dirty: string[] }) => string | null
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const load = (name: string): Promise<unknown> => import(join(root, 'scripts', 'releasing', name))
const { released, notesOf } = (await load('changelog.mjs')) as Changelog
const { nextVersion, refusal } = (await load('version.mjs')) as Version

test.each([
  ['0.1.0', 'patch', ['v0.1.0'], '0.1.1'],
  ['0.1.4', 'minor', [], '0.2.0'],
  ['0.9.4', 'major', [], '1.0.0'],
  ['0.1.0', '0.1.0', [], '0.1.0'],
  ['0.1.0', '0.1.0', ['v0.1.0'], 'v0.1.0 is tagged already'],
  ['0.2.0', '0.1.9', [], '0.1.9 is older than 0.2.0'],
  ['0.2.0', 'next', [], '"next" is not a version; allowed are major, minor, patch and X.Y.Z'],
])('%s, %s, tags %j: %s', (current, wanted, tags, expected) => {
  const found = (): string => nextVersion(current, wanted, tags)
  if (/^\d/.test(expected) && !expected.includes(' ')) expect(found()).toBe(expected)
  else expect(found).toThrow(expected)
})

test.each([
  [{ branch: 'main', dirty: [] }, null],
  [{ branch: 'topic', dirty: [] }, 'releases are made on main; this is topic'],
  [{ branch: '', dirty: [] }, 'releases are made on main; this is no branch'],
  [{ branch: 'main', dirty: [' M a.ts'] }, 'there are changes that are not committed:\n M a.ts'],
])('%j: %s', (state, expected) => {
  expect(refusal(state)).toBe(expected)
})

const LOG = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- two\n\n## [0.1.0] - 2026-01-01\n\n- one\n'

test('entries move under the version, and the notes are those of one version', () => {
  const after = released(LOG, '0.2.0', '2026-02-02')
  expect(after).toContain('## [Unreleased]\n\n## [0.2.0] - 2026-02-02\n\n### Added\n\n- two\n')
  expect(notesOf(after, '0.2.0')).toBe('### Added\n\n- two')
  expect(notesOf(after, '0.1.0')).toBe('- one')
})

test.each([
  ['# Changelog\n', '0.2.0', 'no heading ## [Unreleased]'],
  ['## [Unreleased]\n\n## [0.1.0]\n\n- one\n', '0.2.0', 'no entries under ## [Unreleased]'],
  [LOG, '0.1.0', 'has 0.1.0 already'],
])('%j is refused', (changelog, version, reason) => {
  expect(() => released(changelog, version, '2026-02-02')).toThrow(reason)
})

test('our own changelog has the heading that releases take', () => {
  const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
  expect(text.match(/^## \[Unreleased\]$/gm)).toHaveLength(1)
})

test('without a version it says how it is used', async () => {
  const { exitCode, stderr } = await execa(join(root, 'scripts', 'release'), ['--dry-run'], { reject: false })
  expect([exitCode, stderr]).toEqual([64, expect.stringContaining('(major | minor | patch | X.Y.Z) [--dry-run]')])
})
