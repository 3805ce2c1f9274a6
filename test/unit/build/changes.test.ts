import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

interface Changes {
  stale: boolean
  changed: string[]
  removed: string[]
  record(extra: object): void
}

const scripts = fileURLToPath(new URL('../../../scripts/build', import.meta.url))
const { changes } = (await import(join(scripts, 'changes.cjs'))) as { changes: (root: string) => Changes }
const { locked } = (await import(join(scripts, 'lock.mjs'))) as {
  locked: <T>(root: string, plannedChange: () => Promise<T>) => Promise<T>
}

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cul8er-build-'))
  for (const folder of ['src/plan', 'workflows', 'activities', 'workers'])
    mkdirSync(join(root, folder), { recursive: true })
  place('package.json', '{}')
  place('src/plan/one.ts', '1')
  place('workflows/two.ts', '2')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('all is stale at first, nothing after a build', () => {
  const first = changes(root)
  expect(first).toMatchObject({ stale: true, changed: ['src/plan/one.ts', 'workflows/two.ts'], removed: [] })
  first.record({})
  expect(changes(root)).toMatchObject({ stale: false, changed: [], removed: [] })
})

const CASES: { name: string; change: () => void; found: Partial<Changes> }[] = [
  {
    name: 'a changed file',
    change: () => place('src/plan/one.ts', 'one'),
    found: { stale: true, changed: ['src/plan/one.ts'], removed: [] },
  },
  {
    name: 'a new file',
    change: () => place('workers/three.ts', '3'),
    found: { stale: true, changed: ['workers/three.ts'], removed: [] },
  },
  {
    name: 'a removed file',
    change: () => rmSync(join(root, 'workflows/two.ts')),
    found: { stale: true, changed: [], removed: ['workflows/two.ts'] },
  },
  {
    name: 'other packages: everything anew',
    change: () => place('package.json', '{ "type": "module" }'),
    found: { stale: true, changed: ['src/plan/one.ts', 'workflows/two.ts'], removed: [] },
  },
  { name: 'a file that is no source', change: () => place('src/plan/notes.md', 'x'), found: { stale: false } },
]

test.each(CASES)('$name', ({ change, found }) => {
  changes(root).record({})
  change()
  expect(changes(root)).toMatchObject(found)
})

test('a build that was not recorded is done again', () => {
  expect(changes(root).stale).toBe(true)
  expect(changes(root).stale).toBe(true)
})

test('of builds at once one works at a time, and the lock goes', async () => {
  let inside = 0
  let most = 0
  const plannedChange = async (): Promise<void> => {
    inside += 1
    most = Math.max(most, inside)
    await new Promise((resolve) => setTimeout(resolve, 10))
    inside -= 1
  }
  // Within one process the lock's holder is alive, as another process's would be.
  await Promise.all([locked(root, plannedChange), locked(root, plannedChange), locked(root, plannedChange)])
  expect(most).toBe(1)
  expect(readdirSync(join(root, 'dist'))).toEqual([])
})

test('the lock of a process that is gone counts for nothing', async () => {
  place('dist/.lock', '999999999')
  expect(await locked(root, async () => 'done')).toBe('done')
})

function place(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
