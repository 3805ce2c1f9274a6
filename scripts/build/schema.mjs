import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeWhole } from './changes.cjs'

/** Makes dist/schema.json, which is `cul8er/schema.json` of the package: what `cul8er schema` prints. */
export async function writeSchema(root) {
  const { topologyJsonSchema } = await import(
    pathToFileURL(join(root, 'dist', 'src', 'topology', 'json-schema.js')).href
  )
  writeWhole(join(root, 'dist', 'schema.json'), `${JSON.stringify(topologyJsonSchema(), null, 2)}\n`)
}
