// Types, style, import rules and licences, each counted as a test, then vitest; ends with the line "N passed, N failed".
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { check } from './checks/check.mjs'
import { checkCoverage } from './checks/coverage.mjs'
import { runVitest } from './checks/vitest.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (name) => `${root}node_modules/.bin/${name}`

const checks = []
// Two at a time: there are two cores on the smallest machine this is meant for.
const both = async (...pair) => checks.push(...(await Promise.all(pair)))
await both(check(root, 'types', bin('tsc'), ['--noEmit']), check(root, 'format', bin('prettier'), ['--check', '.']))
await both(
  check(root, 'lint', bin('eslint'), ['.']),
  check(root, 'import rules', bin('depcruise'), [
    '--config',
    '.dependency-cruiser.cjs',
    'src',
    'workflows',
    'activities',
    'workers',
  ]),
)
const ours = (name) => check(root, name, process.execPath, [`scripts/checks/${name}.mjs`])
const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0
await both(ours('licences'), ours('dependencies'))
checks.push(await check(root, 'API comments', bin('typedoc'), ['--emit', 'none']))
if (hasShellcheck) checks.push(await ours('shell'))

const args = process.argv.slice(2)
// A part of the tests executes a part of the code.
const whole = args.length === 0
const tests = await runVitest(root, args, whole ? (children) => checks.push(checkCoverage(root, children)) : undefined)

if (whole) checks.push(await ours('newest-node'))

for (const { name, seconds } of tests.projects) console.log(`project ${name}: ${seconds} s`)
const failedChecks = checks.filter(({ passed }) => !passed)
if (!hasShellcheck) console.log('not run here: shell: shellcheck is not installed')
for (const { name, reason } of tests.notRun) console.log(`not run here: ${name}: ${reason}`)
for (const { name } of failedChecks) console.log(`failed: ${name}`)
for (const name of tests.failures) console.log(`failed: ${name}`)
const passed = checks.length - failedChecks.length + tests.passed
const failed = failedChecks.length + tests.failed
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
