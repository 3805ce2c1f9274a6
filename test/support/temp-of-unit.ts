import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where unit tests make their folders: hundreds of them, which are removed together. */
export const TEMP_OF_UNIT = join(tmpdir(), `cul8er-unit-${process.pid}`)

/** Makes the folder, and removes it with all that is in it. */
export default function setup(): () => void {
  mkdirSync(TEMP_OF_UNIT, { recursive: true, mode: 0o700 })
  return () => rmSync(TEMP_OF_UNIT, { recursive: true, force: true })
}
