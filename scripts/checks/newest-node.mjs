// The unit tests and the command line on real Incus once more, on the newest Node: the tests before ran on the Node that is here.
import { spawnSync } from 'node:child_process'
import { dirname, delimiter } from 'node:path'

const found = spawnSync('scripts/setup/node', { stdio: ['ignore', 'pipe', 'inherit'] })
if (found.status !== 0) process.exit(1)
const node = found.stdout.toString().trim()
// The command, the service and its worker take the first one there is.
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
// Each kind of command once; what they say of mistakes does not depend on the Node.
const COMMANDS = ['commands', 'second-day', 'walk'].map((name) => `test/e2e/cli/${name}.test.ts`)
// Only what fails: the rest would bury it.
const parts = ['--reporter=minimal', '--project', 'unit', '--project', 'e2e', 'test/unit', ...COMMANDS]
const { status } = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', ...parts], { stdio: 'inherit', env })
process.exit(status ?? 1)
