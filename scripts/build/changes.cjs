'use strict'
// CommonJS, because every command of a checkout asks it: Node's loader of other modules would cost each of them 7 ms more.
const { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const FOLDERS = ['src', 'workflows', 'activities', 'workers']
/** A change in these means that everything is built anew: versions of dependencies and of the build itself. */
const GLOBAL = [
  'package.json',
  'package-lock.json',
  'scripts/build.mjs',
  ...['bundle', 'command', 'own-places', 'package', 'schema', 'transpile', 'types'].map(
    (name) => `scripts/build/${name}.mjs`,
  ),
]

/**
 * What differs from the last build, by size and time of change: a few hundred stats, under 10 ms.
 * `record` is called when the build is done, so that a build that failed is done again.
 */
function changes(root, { force = false } = {}) {
  const now = Object.fromEntries(
    [...GLOBAL, ...FOLDERS.flatMap((folder) => walk(root, folder))].map((f) => [f, mark(root, f)]),
  )
  const before = force ? {} : (readRecord(root)?.files ?? {})
  const all = GLOBAL.some((file) => now[file] !== before[file])
  const sources = Object.keys(now).filter((file) => !GLOBAL.includes(file))
  const changed = sources.filter((file) => all || now[file] !== before[file])
  const removed = Object.keys(before).filter((file) => now[file] === undefined)
  return {
    stale: changed.length > 0 || removed.length > 0,
    changed,
    removed,
    record: (extra) => writeRecord(root, { files: now, ...extra }),
  }
}

function walk(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return walk(root, path)
    return /\.(ts|sh)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

function mark(root, file) {
  const stat = statSync(`${root}/${file}`, { throwIfNoEntry: false })
  return stat && `${stat.mtimeMs}:${stat.size}`
}

const recordFile = (root) => join(root, 'dist', 'build.json')

function readRecord(root) {
  try {
    return JSON.parse(readFileSync(recordFile(root), 'utf8'))
  } catch {
    return null
  }
}

function writeRecord(root, record) {
  writeWhole(recordFile(root), JSON.stringify(record))
}

/** Readers see the old file or the new one, never half of one. */
function writeWhole(file, contents) {
  mkdirSync(join(file, '..'), { recursive: true })
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, contents)
  renameSync(draft, file)
}

module.exports = { changes, readRecord, writeWhole }
