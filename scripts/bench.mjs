// Builds dist and, into it, the benchmark, then runs it.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build as transpile } from 'esbuild'
import { build, root } from './build.mjs'

const FOLDERS = ['bench', 'test/support/load']

await build({ say: (text) => console.error(`cul8er: ${text}`) })
await transpile({
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  entryPoints: FOLDERS.flatMap((folder) =>
    readdirSync(`${root}${folder}`).flatMap((name) => (name.endsWith('.ts') ? [`${folder}/${name}`] : [])),
  ),
  outdir: 'dist',
  outbase: '.',
  format: 'esm',
  platform: 'node',
  target: 'node20.11',
  logLevel: 'error',
})
await import('../dist/bench/main.js')
