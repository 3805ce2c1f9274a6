// For `node --import`: what jiti runs from the sources imports shell scripts as text, as the build and vitest have it.
import { readFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  // jiti leaves to Node what Node knows how to load, and compiles anything else as TypeScript.
  createRequire(import.meta.url).extensions['.sh'] = (module, file) => {
    module.exports = readFileSync(file, 'utf8')
  }
  register(import.meta.url)
}

/** A hook of Node's modules, called in the thread that loads them. */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.sh')) return nextLoad(url, context)
  const text = readFileSync(fileURLToPath(url), 'utf8')
  return { format: 'module', shortCircuit: true, source: `export default ${JSON.stringify(text)}` }
}
