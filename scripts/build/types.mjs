import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Declarations beside the JavaScript, for who imports cul8er. */
export async function emitTypes(root) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [tsc, '--project', join(root, 'tsconfig.build.json')], { stdio: 'inherit', cwd: root })
}
