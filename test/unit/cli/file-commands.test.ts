import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { firstImage } from '../../../src/cli/first-topology.js'
import { linkTypes } from '../../../src/cli/type-link.js'
import { ENDINGS } from '../../../src/loaders/find.js'
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
  expect(JSON.parse(made.stdout)).toMatchObject({ topology: 'shop', file })
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

test.each(ENDINGS.flatMap((ending) => [[ending], [ending, '--yaml'], [ending, '--force', '--yes']]))(
  'init beside cul8er.config%s writes nothing: %s %s',
  async (ending, ...options) => {
    const present = `cul8er.config${ending}`
    const own = options.includes('--yaml') ? '.yaml' : '.ts'
    writeFileSync(join(cwd, present), 'mine')
    const { exit, stderr } = await cul8er(['init', ...options], { cwd })
    if (ending === own && options.includes('--force')) return expect(exit).toBe(0)
    expect(exit).toBe(1)
    expect(stderr).toContain(`${present} already exists`)
    expect(readdirSync(cwd)).toEqual([present])
    expect(readFileSync(join(cwd, present), 'utf8')).toBe('mine')
  },
)

test.each([
  [['edge', 'tiny', 'debian'], 'cul8er/debian'],
  [['edge', 'tiny'], 'cul8er/tiny'],
  [['edge'], 'images:debian/12'],
  [[], 'images:debian/12'],
])('of the imported images %j a first topology takes %s', (imported, image) => {
  expect(firstImage(imported)).toBe(image)
})

test('types are linked where nothing leads to them, and nowhere else', async () => {
  const dist = join(cwd, 'package', 'dist')
  const folder = join(cwd, 'folder', 'below')
  mkdirSync(folder, { recursive: true })
  expect(await linkTypes(folder, dist)).toBe('none')
  mkdirSync(join(dist, 'src'), { recursive: true })
  writeFileSync(join(dist, 'src', 'index.d.ts'), '')
  expect(await linkTypes(join(cwd, 'package', 'examples'), dist)).toBe('found')
  expect(await linkTypes(folder, dist)).toBe('linked')
  expect(readlinkSync(join(folder, 'node_modules', 'cul8er'))).toBe(join(cwd, 'package'))
  expect(await linkTypes(folder, dist)).toBe('found')
  renameSync(join(cwd, 'package'), join(cwd, 'moved'))
  expect(await linkTypes(folder, join(cwd, 'moved', 'dist'))).toBe('linked')
  mkdirSync(join(cwd, 'node_modules', 'cul8er'), { recursive: true })
  rmSync(join(folder, 'node_modules'), { recursive: true })
  expect(await linkTypes(folder, join(cwd, 'moved', 'dist'))).toBe('found')
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
