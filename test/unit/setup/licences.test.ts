import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'

interface Package {
  path: string
  name: string
  version: string
  licence?: string
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const scripts = join(root, 'scripts')
const { refusals } = (await import(join(scripts, 'checks/licences.mjs'))) as {
  refusals: (packages: Pick<Package, 'name' | 'version' | 'licence'>[]) => string[]
}
const { productionPackages } = (await import(join(scripts, 'checks/production.mjs'))) as {
  productionPackages: (root: string) => Package[]
}

test.each([
  ['MIT', []],
  ['Apache-2.0 AND MIT', []],
  ['GPL-3.0-only OR MIT', []],
  ['GPL-3.0-only', ['one 1.0.0: GPL-3.0-only is not an allowed licence']],
  ['MIT AND GPL-3.0-only', ['one 1.0.0: MIT AND GPL-3.0-only is not an allowed licence']],
  ['(MIT OR GPL-3.0-only)', ['one 1.0.0: (MIT OR GPL-3.0-only) is not an allowed licence']],
  [undefined, ['one 1.0.0: names no licence']],
])('a licence of %s', (licence, refused) => {
  expect(refusals([{ name: 'one', version: '1.0.0', ...(licence === undefined ? {} : { licence }) }])).toEqual(refused)
})

test('a package that names none was read by hand, in that version only', () => {
  expect(refusals([{ name: 'unionfs', version: '4.6.0' }])).toEqual([])
  expect(refusals([{ name: 'unionfs', version: '4.7.0' }])).toHaveLength(1)
})

test('what users install has all of it and nothing of development', () => {
  const names = productionPackages(root).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['@temporalio/client', '@swc/core-linux-arm64-gnu', 'commander', 'zod']))
  expect(names).not.toContain('vitest')
})

test('the bill of materials has every package with its digest', async () => {
  const { stdout } = await execa('node', ['scripts/sbom.mjs'], { cwd: root, timeout: 60_000 })
  const bill = JSON.parse(stdout) as {
    bomFormat: string
    metadata: { component: { name: string } }
    components: { name: string; version: string; hashes?: unknown[] }[]
  }
  expect([bill.bomFormat, bill.metadata.component.name]).toEqual(['CycloneDX', 'cul8er'])
  const wanted = new Set(productionPackages(root).map(({ name, version }) => `${name}@${version}`))
  expect(new Set(bill.components.map(({ name, version }) => `${name}@${version}`))).toEqual(wanted)
  expect(bill.components.filter(({ hashes }) => hashes === undefined)).toEqual([])
})
