import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cul8er } from './terminal.js'

let cwd = ''
beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'cul8er-cli-'))))
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

test.each([
  [['init', 'shop'], 'cul8er.config.ts'],
  [['init', 'shop', '--yaml'], 'cul8er.config.yaml'],
  [['init', 'shop', '--image', 'cul8er/tiny'], 'cul8er.config.ts'],
])('%j writes a file that is valid', async (args, file) => {
  const made = await cul8er([...args, '--json'], { cwd })
  expect(JSON.parse(made.stdout)).toEqual({ topology: 'shop', file })
  const { exit, stdout } = await cul8er(['validate', '--json'], { cwd })
  expect(exit).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    valid: true,
    topologies: [{ name: 'shop', resources: 1, unsupported: [] }],
  })
})

test('init overwrites nothing unless it is told to', async () => {
  writeFileSync(join(cwd, 'cul8er.config.ts'), 'mine')
  const { exit, stderr } = await cul8er(['init'], { cwd })
  expect(exit).toBe(1)
  expect(stderr).toContain('--force overwrites it')
  expect(readFileSync(join(cwd, 'cul8er.config.ts'), 'utf8')).toBe('mine')
  expect((await cul8er(['init', '--force'], { cwd })).exit).toBe(0)
})

test('init takes an image, and none that is not the name of one', async () => {
  expect((await cul8er(['init', 'shop', '--image', 'cul8er/tiny'], { cwd })).exit).toBe(0)
  expect(readFileSync(join(cwd, 'cul8er.config.ts'), 'utf8')).toContain("image: 'cul8er/tiny'")
  const { exit, stderr } = await cul8er(['init', '--force', '--image', "x', evil: '"], { cwd })
  expect([exit, stderr]).toEqual([64, expect.stringContaining('is not the name of an image')])
})

test('all problems of a file at once, with exit code 64', async () => {
  writeFileSync(
    join(cwd, 'bad.yaml'),
    'name: shop\nhosts:\n  here: { adress: localhost }\nresources: {}\nstrateggy: {}\n',
  )
  const text = await cul8er(['validate', '-f', 'bad.yaml'], { cwd })
  expect(text.exit).toBe(64)
  expect(text.stderr).toContain('did you mean address?')
  expect(text.stderr).toContain('did you mean strategy?')
  const json = await cul8er(['validate', '-f', 'bad.yaml', '--json'], { cwd })
  expect(json.exit).toBe(64)
  const { error } = JSON.parse(json.stdout) as { error: { code: string; details: { problems: unknown[] } } }
  expect(error.code).toBe('INVALID_TOPOLOGY')
  expect(error.details.problems.length).toBeGreaterThan(2)
})

test('schema prints a JSON Schema', async () => {
  const { exit, stdout } = await cul8er(['schema'])
  expect(exit).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ title: 'cul8er topology', definitions: { topology: { type: 'object' } } })
})
