// dependencies.mjs: exit 0 when what the package imports and what package.json declares as dependencies are the same.
import { readFileSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What is shipped and run. */
const FOLDERS = ['src', 'workflows', 'activities', 'workers', 'bin', 'scripts/setup']
/** One line for each package that is imported and not declared, or declared and not imported. */
export function disagreements(sources, dependencies) {
  const imported = new Map()
  for (const { file, text } of sources)
    for (const name of packagesIn(text)) if (!imported.has(name)) imported.set(name, file)
  return [
    ...[...imported]
      .filter(([name]) => !dependencies.includes(name))
      .map(([name, file]) => `${file} imports ${name}, which is not a dependency`),
    ...dependencies.filter((name) => !imported.has(name)).map((name) => `nothing imports the dependency ${name}`),
  ]
}

/** Names of the packages that a file imports or requires, types included: declarations are shipped, too. */
export function packagesIn(text) {
  const names = [...text.matchAll(SPECIFIER)].map(([, , plain, , called]) => plain ?? called)
  return [
    ...new Set(
      names
        .filter((name) => /^(@[\w.-]+\/)?[a-z][\w.-]*(\/|$)/.test(name) && !name.startsWith('node:'))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        )
        .filter((name) => !builtinModules.includes(name) && name !== 'cul8er'),
    ),
  ]
}

const SPECIFIER =
  /^(?:import|export|\} from)\b(?:[^'"\n]*?\bfrom)? *(['"])([^'"\n]+)\1|\b(?:import|require)\((['"])([^'"\n]+)\3\)/gm

function sourcesOf(root) {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(json|lock)$/.test(entry.name))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  ).map((path) => ({ file: path.slice(root.length), text: readFileSync(path, 'utf8') }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const found = disagreements(sourcesOf(root), Object.keys(dependencies))
  for (const line of found) console.error(line)
  if (found.length === 0)
    console.log(`${Object.keys(dependencies).length} dependencies, each imported, and none missing`)
  process.exit(found.length === 0 ? 0 : 1)
}
