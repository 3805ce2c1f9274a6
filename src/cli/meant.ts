import type { Context } from './context.js'
import { topologiesIfAny, topologyName } from './topologies.js'

/**
 * Words that name a topology, which may be left out where the file has only one, and then resources or instances. A first word that the
 * file's only topology has as a resource, or that begins as its instances do, is no topology.
 */
export async function meantWords(
  context: Context,
  words: readonly string[],
): Promise<{ topology: string; names: string[] }> {
  const [first, ...rest] = words
  if (first === undefined) return { topology: await topologyName(context), names: [] }
  const inFile = await topologiesIfAny(context)
  const [only] = inFile
  const isPart =
    inFile.length === 1 &&
    only !== undefined &&
    only.name !== first &&
    (Object.hasOwn(only.resources, first) || first.startsWith(`${only.name}-`))
  return isPart ? { topology: only.name, names: [...words] } : { topology: first, names: rest }
}
