import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { writeWhole } from './changes.mjs'

/** TypeScript to JavaScript with source maps, file by file, at the same paths below dist. */
export async function transpile(root, { changed, removed }) {
  for (const file of removed) for (const output of outputs(root, file)) rmSync(output, { force: true })
  if (changed.length === 0) return
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: changed,
    outdir: 'dist',
    outbase: '.',
    format: 'esm',
    platform: 'node',
    target: 'node20.11',
    sourcemap: true,
    write: false,
    logLevel: 'error',
  })
  for (const { path, contents } of outputFiles) writeWhole(path, contents)
}

const outputs = (root, file) => ['.js', '.js.map', '.d.ts'].map((end) => join(root, 'dist', file.replace(/\.ts$/, end)))
