// Builds dist and, into it, the benchmark, then runs it.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build as transpile } from 'esbuild'
import { build, root } from './build.mjs'

await build({ say: (text) => console.error(`cul8er: ${text}`) })
await transpile({
  absWorkingDir: root,
  entryPoints: readdirSync(join(root, 'bench'), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `bench/${name}`),
  outdir: 'dist',
  outbase: '.',
  format: 'esm',
  platform: 'node',
  target: 'node20.11',
  logLevel: 'error',
})
await import('../dist/bench/main.js')
