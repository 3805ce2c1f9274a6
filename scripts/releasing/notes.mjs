// notes.mjs VERSION: prints what CHANGELOG.md says of a version.
import { readFileSync } from 'node:fs'
import { notesOf } from './changelog.mjs'

try {
  console.log(notesOf(readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8'), process.argv[2]))
} catch (error) {
  console.error(`cul8er: ${error.message}`)
  process.exit(1)
}
