// npm run --silent sbom: prints what users install as CycloneDX JSON.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { productionPackages } from './checks/production.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'cul8er-sbom-'))
const folder = join(scratch, 'cul8er')
try {
  // `npm sbom --omit=dev` leaves out whatever a development dependency needs as well, so it gets a lock file without those.
  mkdirSync(folder)
  const manifest = read('package.json')
  delete manifest.devDependencies
  write('package.json', manifest)
  const lock = read('package-lock.json')
  delete lock.packages[''].devDependencies
  const kept = new Set(['', ...productionPackages(root).map(({ path }) => path)])
  lock.packages = Object.fromEntries(Object.entries(lock.packages).filter(([path]) => kept.has(path)))
  write('package-lock.json', lock)
  const words = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application']
  const text = execFileSync('npm', words, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // Two packages of one name and version in two places are one component.
  const wanted = new Set(productionPackages(root).map(({ name, version }) => `${name}@${version}`))
  const found = new Set(JSON.parse(text).components.map(({ name, version }) => `${name}@${version}`))
  const missing = [...wanted].filter((each) => !found.has(each))
  if (missing.length > 0) throw new Error(`npm left out ${missing.join(', ')}`)
  process.stdout.write(text)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function read(name) {
  return JSON.parse(readFileSync(join(root, name), 'utf8'))
}

function write(name, content) {
  writeFileSync(join(folder, name), JSON.stringify(content))
}
