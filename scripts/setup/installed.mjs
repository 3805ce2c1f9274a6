// installed.mjs ROOT: exit 0 when node_modules holds what package-lock.json names. A checkout gives files new times, so times alone
// do not tell.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = process.argv[2]
const packages = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages
try {
  const wanted = packages('package-lock.json')
  const found = packages('node_modules/.package-lock.json')
  // Packages for other systems are in the lock file and are not installed.
  const missing = Object.keys(wanted).filter((name) => name !== '' && !wanted[name].optional && !found[name])
  const other = Object.keys(found).filter((name) => found[name].version !== wanted[name]?.version)
  process.exit(missing.length + other.length === 0 ? 0 : 1)
} catch {
  process.exit(1)
}
