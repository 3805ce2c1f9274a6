// Writes the pages of docs/ that are made from the source.
import { writeFile } from 'node:fs/promises'
import { createJiti } from 'jiti'

const { topologyReference } = await createJiti(import.meta.url).import('./topology-reference.ts')
await writeFile(new URL('../docs/topology-reference.md', import.meta.url), topologyReference())
