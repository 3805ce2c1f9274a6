// First: schemas are made as their modules are loaded.
import './zod-interpreted.js'
import { readFileSync } from 'node:fs'
import { ExitCode } from '../errors.js'
import { runCli } from './cli.js'

/** Runs the command line of this process and ends it. */
export async function main(): Promise<void> {
  // A reader that has seen enough (`cul8er history | head`) is no failure.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  }

  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const code = await runCli(
    process.argv.slice(2),
    {
      env: process.env,
      cwd: process.cwd(),
      interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: process.stdin,
    },
    version,
  )
  // Connections that are still closing need not keep a person waiting, but what was written must get out.
  process.exitCode = code
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

/** Does with a topology file what commands do on their way, so that the build can keep compiled what runs then. */
export async function warm(file: string): Promise<void> {
  const nobody = { write: () => true }
  const terminal = { env: {}, cwd: '.', interactive: false, stdout: nobody, stderr: nobody, stdin: process.stdin }
  const exit = await runCli(['validate', '-f', file], terminal, '')
  if (exit !== ExitCode.done) throw new Error(`cul8er validate -f ${file} ended with ${exit}`)
  await Promise.all([import('../client/cul8er.js'), import('../loaders/json.js'), import('../loaders/yaml.js')])
}
