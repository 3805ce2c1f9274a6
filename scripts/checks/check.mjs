import { spawn } from 'node:child_process'

/** Runs a checker; what it prints is shown only when it finds something. */
export async function check(root, name, program, args) {
  const startedAt = Date.now()
  const { code, output } = await run(root, program, args)
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  console.log(code === 0 ? `ok ${name} (${seconds} s)` : `FAILED ${name} (${seconds} s)\n${output}`)
  return { name, passed: code === 0 }
}

function run(root, program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    const pieces = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => pieces.push(piece))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output: Buffer.concat(pieces).toString() }))
  })
}
