// shell.mjs: every shell script through shellcheck; exit 0 when it warns of nothing. Which warnings count is in .shellcheckrc.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Parts of what runs in instances: plain sh, which src puts together. */
const isEmbedded = (name) => /^src\/.*\.sh$/.test(name)

/** Files that say so in their first line, those that such files source, and what src embeds. */
export function shellScripts() {
  const names = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0')
  return names.filter((name) => {
    if (name === '' || statSync(join(root, name), { throwIfNoEntry: false })?.isFile() !== true) return false
    if (isEmbedded(name)) return true
    if (/^images\/([^/]+\/recipe|lib\.sh)$/.test(name) || name === 'scripts/setup/lib.sh') return true
    return /^#!.*\b(ba)?sh\n/.test(readFileSync(join(root, name), 'utf8').slice(0, 80))
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const scripts = shellScripts()
  // Those of busybox have a shebang of their own; what is sourced is bash.
  const sourced = scripts.filter((name) => /(^|\/)(recipe|lib\.sh)$/.test(name))
  const embedded = scripts.filter(isEmbedded)
  const others = scripts.filter((name) => !sourced.includes(name) && !embedded.includes(name))
  const run = (...words) => spawnSync('shellcheck', ['--severity=warning', ...words], { cwd: root, stdio: 'inherit' })
  const failed = [run('--shell=bash', ...sourced), run('--shell=sh', ...embedded), run(...others)].some(
    ({ status }) => status !== 0,
  )
  if (!failed) console.log(`${scripts.length} scripts`)
  process.exit(failed ? 1 : 0)
}
