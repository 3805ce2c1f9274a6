import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

const FORBIDDEN = [
  { file: 'src/plan/reads.ts', line: "import 'node:fs'", rule: 'pure-rooms-no-core-io' },
  { file: 'src/topology/dials.ts', line: "import 'node:net'", rule: 'pure-rooms-no-core-io' },
  { file: 'src/analysis/reads.ts', line: "import 'node:fs'", rule: 'pure-rooms-no-core-io' },
  { file: 'src/incus/runs.ts', line: "import 'execa'", rule: 'pure-rooms-no-io-package' },
  { file: 'src/plan/reaches.ts', line: "import '../hosts/local.js'", rule: 'pure-rooms-no-effects' },
  { file: 'workflows/reaches.ts', line: "import '../src/hosts/local.js'", rule: 'workflows-are-deterministic' },
  { file: 'workflows/calls.ts', line: "import '../activities/act.js'", rule: 'workflows-are-deterministic' },
  { file: 'workflows/reads.ts', line: "import 'node:os'", rule: 'workflows-no-core' },
  { file: 'workflows/logs.ts', line: "import 'pino'", rule: 'workflows-few-packages' },
  { file: 'src/client/acts.ts', line: "import '../../activities/act.js'", rule: 'src-below-activities' },
  { file: 'src/client/works.ts', line: "import '../../workflows/flow.js'", rule: 'cli-and-client-know-messages' },
  { file: 'src/client/prints.ts', line: "import '../cli/main.js'", rule: 'nothing-imports-cli' },
  { file: 'src/cli/works.ts', line: "import '../../workers/worker.js'", rule: 'cli-through-client' },
  { file: 'activities/asks.ts', line: "import '../src/client/client.js'", rule: 'activities-are-thin' },
  { file: 'src/health/borrows.ts', line: "import '../../test/rig.js'", rule: 'product-without-tests' },
  { file: 'src/health/misses.ts', line: "import './nothing.js'", rule: 'no-unresolvable' },
]

const ALLOWED = [
  { file: 'src/plan/types.ts', line: "import type { Local } from '../hosts/local.js'\nexport type Mine = Local" },
  { file: 'src/hosts/reads.ts', line: "import 'node:fs'\nimport 'execa'" },
  { file: 'workflows/plans.ts', line: "import '../src/plan/pure.js'\nimport '@temporalio/workflow'" },
  { file: 'workflows/proxies.ts', line: "import type { Act } from '../activities/act.js'\nexport type Mine = Act" },
]

const TARGETS = {
  'src/hosts/local.ts': 'export type Local = 1\nexport const local = 1',
  'src/plan/pure.ts': 'export const pure = 1',
  'src/cli/main.ts': 'export const main = 1',
  'src/client/client.ts': 'export const client = 1',
  'activities/act.ts': 'export type Act = 1\nexport const act = 1',
  'workflows/flow.ts': 'export const flow = 1',
  'workers/worker.ts': 'export const worker = 1',
  'test/rig.ts': 'export const rig = 1',
}

let folder: string
let found: { from: string; rule: string }[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cul8er-imports-'))
  const files = {
    ...TARGETS,
    'tsconfig.json': '{"compilerOptions":{"module":"NodeNext"}}',
    'package.json': '{"type":"module"}',
  }
  for (const [file, text] of Object.entries(files)) await place(file, text)
  for (const { file, line } of [...FORBIDDEN, ...ALLOWED]) await place(file, line)
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const rules = ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json']
  const { stdout, stderr } = await execa(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...rules,
      'src',
      'workflows',
      'activities',
      'workers',
    ],
    { cwd: folder, reject: false, stdin: 'ignore' },
  )
  if (stdout === '') throw new Error(stderr)
  const report = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } }
  found = report.summary.violations.map(({ from, rule }) => ({ from, rule: rule.name }))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(FORBIDDEN)('$file: $line is refused', ({ file, rule }) => {
  expect(found).toContainEqual({ from: file, rule })
})

test.each(ALLOWED)('$file: $line is allowed', ({ file }) => {
  expect(found.filter(({ from }) => from === file)).toEqual([])
})

async function place(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true })
  await writeFile(join(folder, file), file.endsWith('.ts') ? `${text}\nexport {}\n` : text)
}
