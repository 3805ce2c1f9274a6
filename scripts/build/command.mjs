import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { writeWhole } from './changes.cjs'
import { ownPlaces } from './own-places.mjs'

/**
 * Makes dist/cli/cul8er.cjs, the command line in one file, with V8's compiled form beside it: a command that loads a thousand
 * small files is busy with that for a quarter of a second. bin/command.cjs runs it. Temporal's packages are three quarters of the
 * whole and of no use to many commands, so they are a file of their own, temporal.cjs.
 */
export async function bundleCommand(root) {
  const used = new Set()
  const command = await bundle(root, 'cul8er.cjs', {
    entryPoints: ['dist/src/cli/main.js'],
    plugins: [ownPlaces(root), workerApart, temporalApart(used)],
  })
  const packages = [...used].sort().map((name) => `${JSON.stringify(name)}:()=>require(${JSON.stringify(name)})`)
  const stdin = { contents: `module.exports={${packages.join()}}`, resolveDir: root }
  const temporal = await bundle(root, TEMPORAL, { stdin })
  for (const { path, text } of [...temporal, ...command]) writeWhole(path, text)
  const folder = join(root, 'dist', 'cli')
  for (const name of readdirSync(folder)) if (name.endsWith('.v8')) rmSync(join(folder, name), { force: true })
  const { load, nodeCompiles } = createRequire(import.meta.url)(join(root, 'bin', 'command.cjs'))
  if (nodeCompiles) return
  const { exports, keep } = load()
  await exports.warm(join(root, 'examples', 'blue-green', 'cul8er.config.yaml'))
  keep()
}

const TEMPORAL = 'temporal.cjs'
const WORKER = ['@temporalio/worker']

async function bundle(root, name, options) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    outfile: `dist/cli/${name}`,
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
    // ssh2 does without its compiled parts.
    external: [...WORKER, '*.node', 'cpu-features'],
    // bin/command.cjs gives a bundle no such name, and write-file-atomic makes names of temporary files of it.
    define: { __filename: '__file' },
    banner: {
      js: `const __file=require('node:path').join(__dirname,'cul8er.cjs');const __own=(file)=>require('node:url').pathToFileURL(require('node:path').join(__dirname,'..',file)).href;`,
    },
    ...options,
  })
  return outputFiles.map(({ path, text }) => ({ path, text: path.endsWith('.cjs') ? named(withImports(text)) : text }))
}

/**
 * What stays outside of the bundle is imported by bin/command.cjs, or by Node where that runs the bundle as it is. So is the other
 * bundle.
 */
function withImports(text) {
  const names = [...text.matchAll(/(?<!\.)\bimport\(("[^"]*")?/g)].map(([, name]) => name)
  if (names.some((name) => name !== '"../workers/main.js"')) throw new Error(`the bundle imports ${names.join(', ')}`)
  const plain =
    "var __import=typeof __import==='undefined'?(name)=>import(name):__import,__bundle=typeof __bundle==='undefined'?(name)=>require('./'+name):__bundle;"
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

/** Temporal's packages come from the other bundle; `used` gets to know which. */
const temporalApart = (used) => ({
  name: 'temporal apart',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@temporalio\// }, ({ path }) =>
      WORKER.includes(path) ? undefined : { path, namespace: 'apart' },
    )
    onLoad({ filter: /./, namespace: 'apart' }, ({ path }) => {
      used.add(path)
      return { contents: `module.exports=__bundle("${TEMPORAL}")[${JSON.stringify(path)}]()`, loader: 'js' }
    })
  },
})
