import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs vitest with coverage; the counts come from a reporter of our own, because a skipped test must say why. `afterwards` gets
 * the folder of what processes that tests started say they executed.
 */
export async function runVitest(root, args, afterwards) {
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-test-'))
  const file = join(folder, 'summary.json')
  try {
    const children = join(folder, 'children')
    const counted = afterwards === undefined ? {} : { CUL8ER_CHILD_COVERAGE: children }
    const code = await run(root, { CUL8ER_TEST_SUMMARY: file, ...counted }, args)
    afterwards?.(children)
    return readSummary(file, code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(root, env, args) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'checks', 'reporter.mjs')}`]
  const child = spawn(process.execPath, [vitest, 'run', '--coverage', ...reporters, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  return new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
}

// A vitest that ended without a summary, or with an error that belongs to no test, is a failure of its own.
function readSummary(file, code) {
  let summary
  try {
    summary = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {
      passed: 0,
      failed: 1,
      failures: [`vitest exited with ${code} and wrote no summary`],
      notRun: [],
      projects: [],
    }
  }
  if (code !== 0 && summary.failed === 0) {
    return { ...summary, failed: 1, failures: [`vitest exited with ${code}; its output above says why`] }
  }
  return summary
}
