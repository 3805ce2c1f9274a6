import { spawn } from 'node:child_process'

/**
 * Runs a program in view of the person, or quietly for its output.
 * `expected`: exit codes that are no failure; null: any.
 */
export function run(program, args, { cwd, env, expected, quiet = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'ignore' : 'inherit'],
    })
    let output = ''
    child.stdout?.on('data', (piece) => (output += piece))
    child.on('error', reject)
    child.on('close', (code) => {
      if (expected === null || expected.includes(code)) resolve(output)
      else reject(new Error(`${program.split('/').at(-1)} ${args[0]} exited with ${code}`))
    })
  })
}
