'use strict'
// Runs the bundle of the command line with V8's compiled form of it, which spares a command a third of its start.
const fs = require('fs')
const os = require('os')
const path = require('path')
const v8 = require('v8')
const vm = require('vm')
const nodeModule = require('module')
const { pathToFileURL } = require('url')

const file = path.join(__dirname, '..', 'dist', 'cli', 'cul8er.cjs')

/** Whether this Node keeps compiled code itself (22.8 and newer); older ones get what is below. */
const nodeCompiles = typeof nodeModule.enableCompileCache === 'function'

function run() {
  if (nodeCompiles) {
    nodeModule.enableCompileCache(cacheFolder())
    return require(file).main()
  }
  const command = load()
  if (!command.isCompiled) process.once('exit', command.keep)
  return command.main()
}

// The user's own folder and none that others may write to, because what is in it is run.
function cacheFolder() {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'cul8er', 'compiled')
}

/** The bundle's exports, and a function that keeps what was compiled of it for the next time. */
function load() {
  // The build sees to it that it is ASCII, which is read in a fifth of the time so.
  const source = fs.readFileSync(file, 'latin1')
  // V8 checks its version, flags and processor, but of the source no more than the length. Under a name of its own each stays.
  const [, digest] = /^\/\/ ([0-9a-f]{16})\n/.exec(source)
  const cache = path.join(path.dirname(file), `${digest}-${v8.cachedDataVersionTag().toString(16)}.v8`)
  const script = new vm.Script(`(function (exports, require, module, __dirname, __import) {${source}\n})`, {
    filename: file,
    cachedData: read(cache),
  })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, nodeModule.createRequire(file), module, path.dirname(file), importFrom)
  return {
    ...module.exports,
    isCompiled: script.cachedDataRejected === false,
    keep: () => write(cache, script.createCachedData()),
  }
}

// What was compiled before knows of no way to import.
function importFrom(name) {
  return import(name.startsWith('.') ? pathToFileURL(path.join(path.dirname(file), name)).href : name)
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

module.exports = { load, nodeCompiles, run }
