import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import libCoverage from 'istanbul-lib-coverage'
import { addChildren } from './children.mjs'

/** Percent of the lines of src, workflows and activities that all tests together must execute. */
const LEAST = 85

/** One total of what tests executed, workflows in their sandbox and processes of their own among it; a check like the others. */
export function checkCoverage(root, children) {
  const file = join(root, 'coverage', 'coverage-final.json')
  if (!existsSync(file)) return { name: 'coverage', passed: false }
  const coverage = JSON.parse(readFileSync(file, 'utf8'))
  addChildren(root, children, coverage)
  writeFileSync(file, JSON.stringify(coverage))
  const { lines } = libCoverage.createCoverageMap(coverage).getCoverageSummary()
  const passed = lines.pct >= LEAST
  console.log(`${passed ? 'ok' : 'FAILED'} coverage: ${lines.pct} % of ${lines.total} lines, at least ${LEAST} %`)
  return { name: 'coverage', passed }
}
