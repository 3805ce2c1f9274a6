import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { fileOf } from '../topologies.js'

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
        const { pickTopology } = await import('../../loaders/pick.js')
        const meant = name === undefined ? topologies : [pickTopology(topologies, name)]
        const { unsupported } = await import('../../topology/unsupported.js')
        const summaries = meant.map((topology) => ({
          name: topology.name,
          resources: Object.keys(topology.resources).length,
          hosts: Object.keys(topology.hosts).length,
          unsupported: unsupported(topology),
        }))
        const { colours } = context
        const lines = summaries.flatMap(({ name: of, resources, hosts, unsupported: later }) => [
          `${colours.green('✔')} ${colours.bold(of)}: ${count(resources, 'resource')} on ${count(hosts, 'host')}`,
          ...later.map(({ path, what }) => `${colours.yellow('!')} ${path}: ${what}`),
        ])
        context.answer({ valid: true, file, topologies: summaries }, lines.join('\n'))
        return ExitCode.done
      }),
    )

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
