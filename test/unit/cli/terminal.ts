import { Readable } from 'node:stream'
import { runCli } from '../../../src/cli/cli.js'
import type { Terminal } from '../../../src/cli/context.js'

export interface Ran {
  exit: number
  stdout: string
  stderr: string
}

/** Runs a command line in this process, without a terminal, and gives what it wrote. */
export async function cul8er(args: string[], options: Partial<Terminal> = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({ write: (text: string) => (written[name] += text) })
  const exit = await runCli(
    args,
    {
      env: {},
      cwd: process.cwd(),
      interactive: false,
      stdout: output('stdout'),
      stderr: output('stderr'),
      stdin: Readable.from([]),
      ...options,
    },
    '1.2.3',
  )
  return { exit, ...written }
}
