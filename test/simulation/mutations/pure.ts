import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type * as Pure from '../world/pure.js'
import { replaceIn, type Replacement } from './replacement.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The code that the world decides by, compiled with replacements in its sources. */
export async function mutatedPure(replacements: readonly Replacement[]): Promise<typeof Pure> {
  const met = new Set<string>()
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../world/pure.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    plugins: [
      {
        name: 'replacements',
        setup: (esbuild) =>
          esbuild.onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const mine = replacements.filter(({ file }) => file === relative(root, path))
            if (mine.length > 0) met.add(relative(root, path))
            const contents = mine.reduce(replaceIn, readFileSync(path, 'utf8'))
            return { contents, loader: 'ts' }
          }),
      },
    ],
  })
  const missed = replacements.find(({ file, ofActivities }) => ofActivities === true && !met.has(file))
  if (missed !== undefined) throw new Error(`activities do not decide by ${missed.file}`)
  const folder = await mkdtemp(join(tmpdir(), 'cul8er-mutated-'))
  try {
    const file = join(folder, 'pure.mjs')
    await writeFile(file, outputFiles[0]!.text)
    return (await import(pathToFileURL(file).href)) as typeof Pure
  } finally {
    await rm(folder, { recursive: true })
  }
}
