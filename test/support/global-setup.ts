import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Builds what is stale, finds the servers, and tells tests where they are: `CUL8ER_BIN` (the command),
 * `CUL8ER_WORKFLOW_BUNDLE`, `TEMPORAL_CLI`, `TEMPORAL_TEST_SERVER`.
 */
export default async function setup(): Promise<void> {
  await execa(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [temporal, testServer] = await Promise.all([pathFrom('temporal'), pathFrom('test-server')])
  Object.assign(process.env, {
    CUL8ER_BIN: join(root, 'bin', 'cul8er'),
    CUL8ER_WORKFLOW_BUNDLE: join(root, 'dist', 'workflow-bundle.js'),
    TEMPORAL_CLI: temporal,
    TEMPORAL_TEST_SERVER: testServer,
  })
}

/** Quick when the set-up ran before; else it fetches or builds. */
async function pathFrom(script: string): Promise<string> {
  const { stdout } = await execa(join(root, 'scripts', 'setup', script), { stdin: 'ignore', stderr: 'inherit' })
  return stdout.trim()
}
