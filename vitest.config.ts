import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.js'
import { TEMP_OF_UNIT } from './test/support/temp-of-unit.js'

/** Of the workers and the clients of workflow tests: test/support/signing.ts. */
const CUL8ER_SEAL_KEY = Buffer.alloc(32, 'test').toString('base64')

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Files side by side, and none that need the machine to themselves. */
const together = { maxWorkers: 2, sequence: { groupOrder: 0 } }
/** One such project after the other. Two files at a time: they wait more than they work, and share Incus by names and ports. */
const inTurn = (order: number, maxWorkers = 2) => ({ maxWorkers, sequence: { groupOrder: order } })
/** What these projects run against is built and found first. */
const globalSetup = [here('test/support/global-setup.ts')]

/** Shell scripts are imported as text. */
const scriptsAsText = {
  name: 'scripts as text',
  load: (id: string) => (id.endsWith('.sh') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined),
}

export default defineConfig({
  plugins: [scriptsAsText],
  test: {
    pool: 'forks',
    // Compiling and instrumenting costs some 15 s of a core, in each project anew unless it is kept.
    experimental: { fsModuleCache: true, fsModuleCachePath: here('node_modules/.cache/cul8er/vitest-modules') },
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 240_000,
    setupFiles: [here('test/support/children.ts')],
    // Commands show times where people are.
    env: { TZ: 'UTC' },
    alias: { cul8er: here('src/index.ts') },
    coverage: {
      provider: 'istanbul',
      include: ['src/**/*.ts', 'workflows/**/*.ts', 'activities/**/*.ts'],
      // In `npm test` the total comes with what processes of their own executed: scripts/checks/coverage.mjs.
      reporter: process.env.CUL8ER_CHILD_COVERAGE === undefined ? ['text-summary', 'html'] : ['json'],
      reportOnFailure: true,
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          globalSetup: [here('test/support/temp-of-unit.ts')],
          env: { TMPDIR: TEMP_OF_UNIT },
          ...together,
        },
      },
      { extends: true, test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], ...together } },
      {
        extends: true,
        test: {
          name: 'workflow',
          include: ['test/workflow/**/*.test.ts'],
          globalSetup,
          env: { CUL8ER_SEAL_KEY },
          ...inTurn(1),
        },
      },
      {
        extends: true,
        test: {
          name: 'security',
          include: ['test/security/**/*.test.ts'],
          globalSetup,
          env: { CUL8ER_SEAL_KEY },
          ...inTurn(3),
        },
      },
      { extends: true, test: { name: 'replay', include: ['test/replay/**/*.test.ts'], globalSetup, ...together } },
      {
        extends: true,
        test: { name: 'contract', include: ['test/contract/**/*.test.ts'], globalSetup, ...inTurn(2, 1) },
      },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], globalSetup, ...inTurn(3) } },
      { extends: true, test: { name: 'chaos', include: ['test/chaos/**/*.test.ts'], globalSetup, ...inTurn(4) } },
      // What `npm run campaign` alone runs.
      ...(process.env.CUL8ER_CAMPAIGN === undefined
        ? []
        : [
            {
              extends: true as const,
              test: { name: 'campaign', include: ['test/campaign/**/*.test.ts'], globalSetup, ...inTurn(5, 1) },
            },
          ]),
    ],
  },
})
