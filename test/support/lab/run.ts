import { execa } from 'execa'

/**
 * What a command of this machine prints.
 * @throws ExecaError with all that it printed when it fails
 */
export async function run(
  file: string,
  args: readonly string[],
  { input, env }: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { stdout } = await execa(file, args, {
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    ...(env === undefined ? {} : { env }),
    timeout: LIMIT_MS,
  })
  return stdout
}

// Nothing that a lab asks for takes longer than a few seconds.
const LIMIT_MS = 60_000
