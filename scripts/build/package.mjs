import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { writeWhole } from './changes.cjs'
import { ownPlaces } from './own-places.mjs'

/**
 * Makes dist/package/index.js, what `import 'cul8er'` loads, of few files: the schema and its library alone are 150 modules
 * otherwise, of which each costs a process its time. What is loaded when it is called keeps files of its own.
 */
export async function bundlePackage(root) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['dist/src/index.js'],
    outdir: 'dist/package',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.11',
    minifyWhitespace: true,
    legalComments: 'none',
    write: false,
    logLevel: 'error',
    banner: { js: `const __own=(file)=>new URL('../'+file,import.meta.url).href;` },
    plugins: [ownPlaces(root), dependencies],
  })
  rmSync(join(root, 'dist', 'package'), { recursive: true, force: true })
  for (const { path, text } of outputFiles) writeWhole(path, text)
}

/** Of the dependencies the schema's library alone comes in, and of it only what is used: the others are whole packages. */
const dependencies = {
  name: 'dependencies',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => (path === 'zod' ? undefined : { external: true }))
  },
}
