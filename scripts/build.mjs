// Builds dist/ from the sources: `node scripts/build.mjs [--types] [--force]`. bin/cul8er calls build() when something is stale.
import { fileURLToPath } from 'node:url'
import { changes } from './build/changes.cjs'
import { locked } from './build/lock.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Brings dist up to date; returns what was done. Two builds at once: the second waits and finds nothing to do. */
export async function build({ types = false, force = false, say = () => {} } = {}) {
  return locked(root, async () => {
    const found = changes(root, { force })
    if (found.stale) {
      // Loaded here: a check that finds nothing stale stays quick.
      const { transpile } = await import('./build/transpile.mjs')
      say(`building ${found.changed.length} files`)
      await transpile(root, found)
      const { bundleWorkflows } = await import('./build/bundle.mjs')
      const bundled = await bundleWorkflows(root, { force, say })
      const { bundleCommand } = await import('./build/command.mjs')
      await bundleCommand(root)
      await (await import('./build/package.mjs')).bundlePackage(root)
      await (await import('./build/schema.mjs')).writeSchema(root)
      found.record({ bundle: bundled })
    }
    if (types) await (await import('./build/types.mjs')).emitTypes(root)
    return { built: found.stale }
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const flags = process.argv.slice(2)
  const startedAt = Date.now()
  await build({
    types: flags.includes('--types'),
    force: flags.includes('--force'),
    say: (text) => console.error(`cul8er: ${text}`),
  })
  console.error(`cul8er: dist is up to date (${Date.now() - startedAt} ms)`)
}
