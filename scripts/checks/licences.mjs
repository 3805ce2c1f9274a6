// licences.mjs: exit 0 when the licence of every package that users install is on the list below.
import { fileURLToPath } from 'node:url'
import { productionPackages } from './production.mjs'

/** Licences that ask for no more than to be named. */
export const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Unlicense',
]

/** Packages whose package.json names none, by name and version, with what their LICENSE file says. */
export const READ_BY_HAND = {
  'unionfs@4.6.0': 'Unlicense',
  'ssh2@1.17.0': 'MIT',
  'cpu-features@0.0.10': 'MIT',
  'buildcheck@0.0.7': 'MIT',
}

/** One line for each package whose licence is not allowed, or not told. */
export const refusals = (packages) =>
  packages.flatMap(({ name, version, licence }) => {
    const told = licence ?? READ_BY_HAND[`${name}@${version}`]
    if (told !== undefined && isAllowed(told)) return []
    return [`${name} ${version}: ${told === undefined ? 'names no licence' : `${told} is not an allowed licence`}`]
  })

// An expression with parentheses is left to a person.
const isAllowed = (expression) =>
  expression.split(' OR ').some((choice) => choice.split(' AND ').every((each) => ALLOWED.includes(each)))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packages = productionPackages(fileURLToPath(new URL('../..', import.meta.url)))
  const found = refusals(packages)
  for (const line of found) console.error(line)
  if (found.length > 0) console.error(`allowed are ${ALLOWED.join(', ')} (scripts/checks/licences.mjs)`)
  else console.log(`${packages.length} packages, all with an allowed licence`)
  process.exit(found.length === 0 ? 0 : 1)
}
