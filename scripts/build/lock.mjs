import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Every file of a build is put in place at a stroke, so two builds at once only waste time; after this they do. */
const PATIENCE_MS = 120_000

/** Runs `work` while no other build runs in this checkout; the lock of a process that is gone counts for nothing. */
export async function locked(root, work) {
  const file = join(root, 'dist', '.lock')
  mkdirSync(join(root, 'dist'), { recursive: true })
  const deadline = Date.now() + PATIENCE_MS
  while (!take(file) && Date.now() < deadline) {
    if (!alive(holder(file))) rmSync(file, { force: true })
    else await sleep(50)
  }
  try {
    return await work()
  } finally {
    if (holder(file) === process.pid) rmSync(file, { force: true })
  }
}

// A link appears together with its contents; a file that is created and then written would be empty for a moment.
function take(file) {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, String(process.pid))
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function holder(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

function alive(pid) {
  if (!pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
