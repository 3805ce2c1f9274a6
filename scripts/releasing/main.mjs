// See scripts/release.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { released } from './changelog.mjs'
import { nextVersion, refusal } from './version.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const words = process.argv.slice(2)
const dryRun = words.includes('--dry-run')
const [wanted, ...others] = words.filter((word) => word !== '--dry-run')

if (wanted === undefined || others.length > 0 || wanted.startsWith('-')) {
  stop('usage: scripts/release (major | minor | patch | X.Y.Z) [--dry-run]', 64)
}
try {
  release()
} catch (error) {
  stop(error.message, 1)
}

function release() {
  const dirty = git('status', '--porcelain').split('\n').filter(Boolean)
  const refused = refusal({ branch: git('branch', '--show-current'), dirty })
  if (refused !== null) throw new Error(refused)
  const { version: current } = JSON.parse(read('package.json'))
  const version = nextVersion(current, wanted, git('tag', '--list', 'v*').split('\n'))
  const changelog = released(read('CHANGELOG.md'), version, new Date().toISOString().slice(0, 10))
  if (dryRun) {
    console.log(`would run npm test, write ${version} into package.json and CHANGELOG.md, commit and tag v${version}`)
    return
  }
  if (spawnSync('npm', ['test'], { cwd: root, stdio: 'inherit' }).status !== 0) throw new Error('npm test failed')
  // The same version again is the first release: package.json has had it from the beginning.
  execFileSync('npm', ['version', version, '--no-git-tag-version', '--allow-same-version'], {
    cwd: root,
    stdio: 'ignore',
  })
  writeFileSync(`${root}CHANGELOG.md`, changelog)
  git('add', 'package.json', 'package-lock.json', 'CHANGELOG.md')
  git('commit', '--quiet', '--message', `Release ${version}`)
  git('tag', '--annotate', `v${version}`, '--message', `cul8er ${version}`)
  console.log(`v${version} is committed and tagged; git push --follow-tags publishes it`)
}

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trimEnd()
}

function read(name) {
  return readFileSync(`${root}${name}`, 'utf8')
}

function stop(message, code) {
  console.error(`cul8er: ${message}`)
  process.exit(code)
}
