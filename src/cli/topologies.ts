import { dirname } from 'node:path'
import { Cul8erError } from '../errors.js'
import type { Topology } from '../topology/model.js'
import type { Context } from './context.js'

export interface FileTopology {
  topology: Topology
  file: string
  /** Folder that the paths of artifacts and certificates are relative to. */
  directory: string
}

/**
 * The topology of the file that a command means: the named one, or the only one.
 * @throws Cul8erError USAGE without a file, INVALID_TOPOLOGY, UNKNOWN_TOPOLOGY
 */
export async function topologyOfFile(context: Context, name?: string): Promise<FileTopology> {
  const { file, topologies } = await fileOf(context, name)
  const { pickTopology } = await import('../loaders/pick.js')
  return { topology: pickTopology(topologies, name), file, directory: dirname(file) }
}

/** All topologies of the file. */
export async function fileOf(
  { terminal, options }: Context,
  name?: string,
): Promise<{ file: string; topologies: Topology[] }> {
  const [{ findTopologyFile }, { loadTopologies }] = await Promise.all([
    import('../loaders/find.js'),
    import('../loaders/load.js'),
  ])
  const file = findTopologyFile(terminal.cwd, options.file, name)
  return { file, topologies: await loadTopologies(file) }
}

/** The name that a command means; it needs no file where it is given, because what is deployed is known without. */
export async function topologyName(context: Context, name?: string): Promise<string> {
  if (name !== undefined) return name
  try {
    return (await topologyOfFile(context)).topology.name
  } catch (error) {
    if (error instanceof Cul8erError && error.code === 'USAGE' && context.options.file === undefined) {
      throw new Cul8erError('USAGE', `${error.message}, and no topology was named`, {
        hint: 'name one after the command; cul8er state list shows those deployed',
      })
    }
    if (error instanceof Cul8erError && error.code === 'INVALID_TOPOLOGY') {
      // Whoever looks at what runs need not mend the file first.
      throw new Cul8erError(error.code, error.message, {
        hint: 'fix the file; or name the topology after the command, which then needs no file (cul8er state list shows the names)',
        details: error.details,
        cause: error,
      })
    }
    throw error
  }
}

/** The topologies of the file, or none when there is no file or it is not valid. */
export async function topologiesIfAny(context: Context): Promise<Topology[]> {
  return fileOf(context).then(
    ({ topologies }) => topologies,
    () => [],
  )
}
