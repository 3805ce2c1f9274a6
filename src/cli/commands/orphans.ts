import { ExitCode } from '../../errors.js'
import type { Host } from '../../topology/model.js'
import { newCommand, type App } from '../command.js'
import { ago } from '../render/duration.js'
import { table } from '../render/table.js'
import { topologiesIfAny } from '../topologies.js'

export const orphans = (app: App) =>
  newCommand('orphans', {
    summary: 'instances of ours that no topology claims',
    examples: [['orphans', 'looks at all hosts of deployed topologies and of the file here']],
  }).action(
    app.run(async (context) => {
      const declared = await topologiesIfAny(context)
      const hosts = Object.assign({}, ...declared.map((topology) => topology.hosts)) as Record<string, Host>
      return context.connected(async (cul8er) => {
        const found = await cul8er.orphans(hosts)
        const rows = found.map(({ host, name, project = 'default', topology, resource, createdAt }) => [
          name,
          host,
          project,
          topology,
          resource,
          ago(createdAt),
        ])
        context.answer(
          { orphans: found },
          found.length === 0
            ? 'no orphans'
            : table(['instance', 'host', 'project', 'topology', 'resource', 'made'], rows, context.colours),
        )
        return ExitCode.done
      })
    }),
  )
