import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { writeWhole } from './changes.cjs'
import { ownPlaces } from './own-places.mjs'

/**
 * Makes dist/cli/cul8er.cjs, the command line in one file, with V8's compiled form beside it: a command that loads a thousand
 * small files is busy with that for a quarter of a second. bin/command.cjs runs it.
 */
export async function bundleCommand(root) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['dist/src/cli/main.js'],
    outfile: 'dist/cli/cul8er.cjs',
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.11',
    // bin/command.cjs reads it as that.
    charset: 'ascii',
    // Names stay: they are in the stacks of errors.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'external',
    write: false,
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'error' },
    plugins: [ownPlaces(root), workerApart],
    // ssh2 does without its compiled parts.
    external: ['@temporalio/worker', '*.node', 'cpu-features'],
    // bin/command.cjs gives the bundle no such name, and write-file-atomic makes names of temporary files of it.
    define: { __filename: '__bundle' },
    banner: {
      js: `const __bundle=require('node:path').join(__dirname,'cul8er.cjs');const __own=(file)=>require('node:url').pathToFileURL(require('node:path').join(__dirname,'..',file)).href;`,
    },
  })
  for (const { path, text } of outputFiles) writeWhole(path, path.endsWith('.cjs') ? named(withImports(text)) : text)
  const folder = join(root, 'dist', 'cli')
  for (const name of readdirSync(folder)) if (name.endsWith('.v8')) rmSync(join(folder, name), { force: true })
  const { load, nodeCompiles } = createRequire(import.meta.url)(join(root, 'bin', 'command.cjs'))
  if (nodeCompiles) return
  const command = load()
  await command.warm()
  command.keep()
}

/** What stays outside of the bundle is imported by bin/command.cjs, or by Node where that runs the bundle as it is. */
function withImports(text) {
  const names = [...text.matchAll(/(?<!\.)\bimport\(("[^"]*")?/g)].map(([, name]) => name)
  if (names.join() !== '"../workers/main.js"') throw new Error(`the bundle imports ${names.join(', ')}`)
  const plain = "var __import=typeof __import==='undefined'?(name)=>import(name):__import;"
  return `${plain}${text.replaceAll(/(?<!\.)\bimport\("/g, '__import("')}`
}

/** Says in its first line what it is, so that a command need not work that out. */
const named = (text) => `// ${createHash('sha256').update(text).digest('hex').slice(0, 16)}\n${text}`

/** `cul8er worker` is a process of another kind: it loads the worker as the service does. */
const workerApart = {
  name: 'worker apart',
  setup({ onResolve }) {
    onResolve({ filter: /workers\/main\.js$/ }, () => ({ path: '../workers/main.js', external: true }))
  },
}
