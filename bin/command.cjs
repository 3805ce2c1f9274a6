'use strict'
// Runs the bundles of the command line with V8's compiled form of them, which spares a command a third of its start.
const fs = require('fs')
const path = require('path')
const nodeModule = require('module')

const folder = path.join(__dirname, '..', 'dist', 'cli')

/** Whether this Node keeps compiled code itself (22.8 and newer); older ones get what is below. */
const nodeCompiles = typeof nodeModule.enableCompileCache === 'function'

function run() {
  if (nodeCompiles) {
    const cache = cacheFolder()
    if (cache !== null) nodeModule.enableCompileCache(cache)
    return require(path.join(folder, 'cul8er.cjs')).main()
  }
  const { exports, keep } = load()
  process.once('exit', keep)
  return exports.main()
}

/**
 * The user's own folder and none that others may write to, because what is in it is run; null: there is none. A command that root runs may
 * have the home of another user in its environment.
 */
function cacheFolder(env = process.env) {
  const given = env.XDG_CACHE_HOME || ''
  const base = path.isAbsolute(given) ? given : path.join(env.HOME || require('os').homedir(), '.cache')
  const folders = [path.join(base, 'cul8er'), path.join(base, 'cul8er', 'compiled')]
  try {
    if (fs.existsSync(base) && !isOwn(fs.statSync(base))) return null
    fs.mkdirSync(folders[1], { recursive: true, mode: 0o700 })
    return folders.every((each) => isOwn(fs.lstatSync(each), 0o022)) ? folders[1] : null
  } catch {
    return null
  }
}

// Where there are no users, as on Windows, nobody else is asked about.
const isOwn = ({ uid, mode }, others = 0) =>
  process.getuid === undefined || (uid === process.getuid() && (mode & others) === 0)

/** The command line's exports, and a function that keeps for the next time what was compiled of the bundles used until then. */
function load() {
  const loaded = new Map()
  const bundle = (name) => {
    if (!loaded.has(name)) loaded.set(name, loadBundle(name, bundle))
    return loaded.get(name).exports
  }
  return {
    exports: bundle('cul8er.cjs'),
    keep() {
      for (const { cache, script } of loaded.values()) {
        if (script.cachedDataRejected !== false) write(cache, script.createCachedData())
      }
    },
  }
}

function loadBundle(name, bundle) {
  const file = path.join(folder, name)
  // The build sees to it that it is ASCII, which is read in a fifth of the time so.
  const source = fs.readFileSync(file, 'latin1')
  // V8 checks its version, flags and processor, but of the source no more than the length. Under a name of its own each stays.
  const [, digest] = /^\/\/ ([0-9a-f]{16})\n/.exec(source)
  const cache = path.join(folder, `${digest}-${require('v8').cachedDataVersionTag().toString(16)}.v8`)
  const script = new (require('vm').Script)(
    `(function (exports, require, module, __dirname, __import, __bundle) {${source}\n})`,
    { filename: file, cachedData: read(cache) },
  )
  const module = { exports: {} }
  const run = script.runInThisContext()
  run(module.exports, nodeModule.createRequire(file), module, folder, importFrom, bundle)
  return { exports: module.exports, cache, script }
}

// What was compiled before knows of no way to import.
function importFrom(name) {
  const { pathToFileURL } = require('url')
  return import(name.startsWith('.') ? pathToFileURL(path.join(folder, name)).href : name)
}

function read(cache) {
  try {
    return fs.readFileSync(cache)
  } catch {
    return undefined
  }
}

// A folder of somebody else's cannot be written to: then every command compiles for itself.
function write(cache, data) {
  const draft = `${cache}.${process.pid}.new`
  try {
    fs.writeFileSync(draft, data, { mode: 0o644 })
    fs.renameSync(draft, cache)
  } catch {
    fs.rmSync(draft, { force: true })
  }
}

module.exports = { cacheFolder, load, nodeCompiles, run }
