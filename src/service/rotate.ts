import { copyFileSync, existsSync, statSync, truncateSync } from 'node:fs'
import { logFile, SERVICE_PARTS, type ServicePaths } from './paths.js'

/** A log grows to this size, and one older piece is kept beside it: six times this at most in all. */
const LIMIT_BYTES = 8 * 1024 * 1024

/**
 * Copies what is too large to `<log>.1` and empties it. The writers append, so they go on in the emptied file; what
 * they write between the two calls is lost.
 */
export function rotateLogs(paths: ServicePaths, limit = LIMIT_BYTES): string[] {
  return SERVICE_PARTS.map((part) => logFile(paths, part)).filter((file) => {
    if (!existsSync(file) || statSync(file).size <= limit) return false
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
    return true
  })
}
