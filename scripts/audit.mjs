// npm run audit: known vulnerabilities of what users install. Exit code 1 when there are some, 2 when the registry does not say.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8' })
const report = parse(stdout)
const counts = report?.metadata?.vulnerabilities
if (counts === undefined) {
  const why = report?.message ?? report?.error?.summary ?? stderr.trim().split('\n')[0]
  console.error(
    `cul8er: not audited: the registry of this machine provides no advisories (${why || 'npm audit printed no report'})`,
  )
  process.exit(2)
}
for (const { name, severity, range, fixAvailable } of Object.values(report.vulnerabilities))
  console.log(`${severity}: ${name} ${range}${fixAvailable ? ', a fix is available' : ''}`)
console.log(`${counts.total} known vulnerabilities`)
process.exit(counts.total === 0 ? 0 : 1)

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
