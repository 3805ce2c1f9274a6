// npm run dev: builds what changes, checks its types and runs the unit tests that it touches, until Ctrl-C. What each says has its name before it.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { root } from './build.mjs'

/** ms that editors and git take to write a handful of files. */
const SETTLE_MS = 200
/** ms from SIGTERM to SIGKILL. */
const GRACE_MS = 3_000

const bin = (name) => join(root, 'node_modules', '.bin', name)
const running = new Set()
let ending = false

start('types', bin('tsc'), [
  '--noEmit',
  '--watch',
  '--preserveWatchOutput',
  '--incremental',
  '--tsBuildInfoFile',
  'dist/types.tsbuildinfo',
])
// Of the files that differ from the last commit, the tests that reach them.
start('tests', bin('vitest'), ['watch', '--project', 'unit', '--changed', '--passWithNoTests'])
watchSources(() => start('build', process.execPath, [join(root, 'scripts', 'build.mjs')]))

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)

/** Runs a program in a process group of its own, so that what it starts ends with it. */
function start(name, file, args) {
  if (ending) return undefined
  const env = { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' }
  const child = spawn(file, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => console.log(`${name.padEnd(5)} | ${line}`))
  child.on('close', (code) => {
    running.delete(child)
    if (ending) return running.size === 0 && process.exit(0)
    if (name !== 'build') console.log(`${name.padEnd(5)} | exited with ${code}`)
  })
  return child
}

/** Builds at once, and again after changes: one build at a time, and another when something changed meanwhile. */
function watchSources(build) {
  let timer
  let current
  let again = false
  const run = () => {
    if (current !== undefined) return (again = true)
    again = false
    current = build()
    current?.on('close', () => {
      current = undefined
      if (again) run()
    })
  }
  for (const folder of ['src', 'workflows', 'activities', 'workers'])
    watch(join(root, folder), { recursive: true }, () => {
      clearTimeout(timer)
      timer = setTimeout(run, SETTLE_MS)
    })
  run()
}

function end() {
  if (ending) return
  ending = true
  const signal = (name) => {
    for (const { pid } of running) {
      try {
        process.kill(-pid, name)
      } catch {
        // It ended by itself.
      }
    }
  }
  signal('SIGTERM')
  setTimeout(() => {
    signal('SIGKILL')
    process.exit(0)
  }, GRACE_MS).unref()
  if (running.size === 0) process.exit(0)
}
