import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { imagesCheck } from '../../../src/cli/doctor/checks.js'
import { versionNow } from '../../../src/cli/images/recipes.js'
import { daysSince, updateOf } from '../../../src/cli/images/updates.js'
import { cul8er } from './terminal.js'

const A = '0123456789abcdef'
const B = 'fedcba9876543210'

test.each([
  ['the same', `${A}-2026-05`, `${A}-2026-05`, 'none'],
  ['the same, of a recipe that fetches nothing', A, A, 'none'],
  ['a month later', `${A}-2026-05`, `${A}-2026-06`, 'month'],
  ['from before versions had months', A, `${A}-2026-06`, 'month'],
  ['another recipe', `${A}-2026-05`, `${B}-2026-05`, 'recipe'],
  ['another recipe and month', `${A}-2026-05`, `${B}-2026-06`, 'recipe'],
  ['imported by hand', undefined, `${A}-2026-06`, 'recipe'],
  ['a recipe that is not here', `${A}-2026-05`, null, 'unknown'],
])('what an image lacks: %s', (_what, found, wanted, update) => expect(updateOf(found, wanted)).toBe(update))

test('age is in whole days', () => {
  const now = Date.parse('2026-06-10T12:00:00Z')
  expect(daysSince('2026-06-10T11:00:00Z', now)).toBe(0)
  expect(daysSince('2026-06-08T13:00:00Z', now)).toBe(1)
  expect(daysSince('2026-06-11T00:00:00Z', now)).toBe(0)
})

test.each([
  [[], 'ok', '0 of ours, none over 60 days old'],
  [[{ name: 'tiny', ageDays: 60 }], 'ok', '1 of ours, none over 60 days old'],
  [
    [
      { name: 'tiny', ageDays: 3 },
      { name: 'edge', ageDays: 61 },
    ],
    'warning',
    'over 60 days old: edge (61 days)',
  ],
])('doctor warns of old images: %j', (found, outcome, said) => {
  expect(imagesCheck(found)).toMatchObject({ outcome, found: said })
})

let bin: string
const before = process.env.PATH
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'cul8er-images-'))
  process.env.PATH = `${bin}:${before}`
})
afterEach(() => {
  process.env.PATH = before
  rmSync(bin, { recursive: true, force: true })
})

test('our images are listed with their age and updates; others are not', async () => {
  const image = (alias: string, hash: string): object => ({
    fingerprint: `f-${alias}`,
    aliases: [{ name: alias }],
    type: 'container',
    size: 1024 ** 2 * 1.5,
    properties: { 'cul8er.hash': hash },
    created_at: new Date(Date.now() - 3 * 86_400_000).toISOString(),
    uploaded_at: new Date().toISOString(),
  })
  incusPrints([
    image('cul8er/tiny', (await versionNow('tiny')) ?? ''),
    image('cul8er/edge', `${A}-2020-01`),
    image('cul8er/own', `${A}-2020-01`),
    image('debian/12', ''),
  ])
  const json = await cul8er(['images', '--json'], { cwd: bin })
  expect(json.exit).toBe(0)
  expect(JSON.parse(json.stdout)).toMatchObject({
    images: [
      { name: 'edge', update: 'recipe', ageDays: 3 },
      { name: 'own', update: 'unknown' },
      { name: 'tiny', update: 'none', sizeBytes: 1572864 },
    ],
  })
  const { stdout } = await cul8er(['images'], { cwd: bin })
  expect(stdout).toMatch(/cul8er\/tiny +localhost +\d{4}-\d\d-\d\d +3 days +1\.5 MiB +none known/)
  expect(stdout).not.toContain('debian/12')
})

test('no images of ours', async () => {
  incusPrints([])
  expect((await cul8er(['images'], { cwd: bin })).stdout).toContain('scripts/setup/host tiny edge installs two')
})

test('refresh of an image that there is no recipe of', async () => {
  const { exit, stderr } = await cul8er(['images', 'refresh', 'debain'], { cwd: bin })
  expect(exit).toBe(64)
  expect(stderr).toContain('no image is named "debain"; there are debian, docker, edge, postgres, shop-app, tiny')
  expect(stderr).toContain('did you mean debian?')
})

test('an Incus that does not answer', async () => {
  program('incus', 'echo "Error: cannot connect" >&2; exit 1')
  const { exit, stderr } = await cul8er(['images', '--json'], { cwd: bin })
  expect(exit).toBe(1)
  expect(stderr).toBe('')
})

const incusPrints = (images: object[]): void => program('incus', `cat <<'JSON'\n${JSON.stringify(images)}\nJSON`)

function program(name: string, script: string): void {
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, name), 0o755)
}
