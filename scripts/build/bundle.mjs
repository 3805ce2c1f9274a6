import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { readRecord, writeWhole } from './changes.cjs'

/** Makes dist/workflow-bundle.js when what workflows import has changed; returns the digest of that. Takes seconds. */
export async function bundleWorkflows(root, { force, say }) {
  const output = join(root, 'dist', 'workflow-bundle.js')
  const digest = await digestOf(root)
  if (!force && existsSync(output) && readRecord(root)?.bundle === digest) return digest
  say('bundling the workflows')
  const { bundleWorkflowCode } = await import('@temporalio/worker')
  const log = []
  const keep = (level) => (message, meta) => log.push(`${level} ${message} ${meta ? JSON.stringify(meta) : ''}`)
  const logger = { trace() {}, debug() {}, info: keep('info'), warn: keep('warn'), error: keep('error'), log() {} }
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'dist', 'workflows', 'index.js'),
    workflowInterceptorModules: [join(root, 'dist', 'workflows', 'authentic', 'index.js')],
    logger,
  }).catch((error) => {
    throw new Error(`the workflows cannot be bundled\n${log.join('\n')}\n${error.message}`, { cause: error })
  })
  writeWhole(output, code)
  return digest
}

/** Of every source file that the workflows reach, and of the SDK's version. */
async function digestOf(root) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['dist/workflows/index.js', 'dist/workflows/authentic/index.js'],
    outdir: 'dist',
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  const hash = createHash('sha256')
  for (const file of Object.keys(metafile.inputs).sort()) hash.update(file).update(readFileSync(join(root, file)))
  hash.update(readFileSync(join(root, 'node_modules', '@temporalio', 'workflow', 'package.json')))
  return hash.digest('hex')
}
