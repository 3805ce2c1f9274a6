import { dirname } from 'node:path'
import { ExitCode } from '../../errors.js'
import type { Topology } from '../../topology/model.js'
import { newCommand, type App } from '../command.js'
import { certificatesNow } from '../certificates.js'
import { fileOf } from '../topologies.js'
import { plural } from '../../plural.js'

export const validate = (app: App) =>
  newCommand('validate', {
    summary: 'check the topology file; needs no server',
    examples: [
      ['validate', 'checks all topologies of the file here'],
      ['validate shop -f deploy/shop.yaml', 'checks that the file declares shop'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .action(
      app.run(async (context, name) => {
        const { file, topologies } = await fileOf(context)
        const directory = dirname(file)
        const { pickTopology } = await import('../../loaders/pick.js')
        const meant = name === undefined ? topologies : [pickTopology(topologies, name)]
        const { unsupported } = await import('../../topology/unsupported.js')
        const summaries = await Promise.all(
          meant.map(async (topology) => ({
            name: topology.name,
            resources: Object.keys(topology.resources).length,
            hosts: Object.keys(topology.hosts).length,
            unsupported: unsupported(topology),
            warnings: [...(await certificateWarnings(topology, directory)), ...(await vms(topology))],
          })),
        )
        const { colors } = context
        const lines = summaries.flatMap(({ name: of, resources, hosts, unsupported: later, warnings }) => [
          `${colors.green('✔')} ${colors.bold(of)}: ${plural(resources, 'resource')} on ${plural(hosts, 'host')}`,
          ...later.map(({ path, what }) => `${colors.yellow('!')} ${path}: ${what}`),
          ...warnings.map((warning) => `${colors.yellow('!')} ${warning}`),
        ])
        context.answer({ valid: true, file, topologies: summaries }, lines.join('\n'))
        return ExitCode.done
      }),
    )

/** Most topologies have none, and commands are short. */
async function vms(topology: Topology): Promise<string[]> {
  if (!Object.values(topology.resources).some(({ type }) => type === 'vm')) return []
  return (await import('../virtual-machines.js')).vmWarnings(topology)
}

/**
 * Where topologies are only checked, as in a pipeline, the files may be missing that a deploy needs: that is worth a warning.
 * @throws Cul8erError INVALID_TOPOLOGY for a certificate that can be read and cannot be used
 */
async function certificateWarnings(topology: Topology, directory: string): Promise<string[]> {
  const { outOfReach, endSoon } = await certificatesNow(topology, directory)
  return [...outOfReach.map((each) => `${each}; a deploy needs it`), ...endSoon]
}
