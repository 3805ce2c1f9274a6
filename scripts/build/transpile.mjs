import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { writeWhole } from './changes.cjs'

/**
 * TypeScript to JavaScript with source maps, file by file, at the same paths below dist. A shell script becomes the module
 * `NAME.sh.js`, whose default export is its text.
 */
export async function transpile(root, { changed, removed }) {
  for (const file of removed) for (const output of outputs(root, file)) rmSync(output, { force: true })
  if (changed.length === 0) return
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: changed.map((file) => ({ in: file, out: stem(file) })),
    outdir: 'dist',
    loader: { '.sh': 'text' },
    format: 'esm',
    platform: 'node',
    target: 'node20.11',
    sourcemap: true,
    write: false,
    logLevel: 'error',
  })
  for (const { path, text } of outputFiles) writeWhole(path, path.endsWith('.js') ? withScripts(text) : text)
}

/** Imports of scripts lead to their modules. What a line has gets longer at its end alone, so that source maps stay right. */
const withScripts = (text) => text.replaceAll(/^(import .* from "\.[^"\n]*\.sh)";$/gm, '$1.js";')

/** Of what a source becomes, without its ending. */
const stem = (file) => file.replace(/\.ts$/, '')

const outputs = (root, file) => ['.js', '.js.map', '.d.ts'].map((end) => join(root, 'dist', `${stem(file)}${end}`))
