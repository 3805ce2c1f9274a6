import { ExitCode } from '../../errors.js'
import type { Host } from '../../topology/model.js'
import { newCommand, type App } from '../command.js'
import { ago } from '../render/duration.js'
import { table } from '../render/table.js'
import { topologiesIfAny } from '../topologies.js'

export const orphans = (app: App) =>
  newCommand('orphans', {
    summary: 'cul8er instances and volumes that no topology claims',
    examples: [['orphans', 'looks at all hosts of deployed topologies and of the file here']],
  }).action(
    app.run(async (context) => {
      const declared = await topologiesIfAny(context)
      const hosts = Object.assign({}, ...declared.map((topology) => topology.hosts)) as Record<string, Host>
      return context.connected(async (cul8er) => {
        const { orphans: found, hosts: looked } = await cul8er.searchOrphans(hosts)
        const rows = found.map(({ host, name, pool, project = 'default', topology, resource, createdAt }) => [
          pool === undefined ? 'instance' : `volume in ${pool}`,
          name,
          host,
          project,
          topology,
          resource,
          ago(createdAt),
        ])
        context.answer(
          { orphans: found, hosts: looked },
          found.length === 0
            ? noneOn(looked)
            : table(['kind', 'name', 'host', 'project', 'topology', 'resource', 'made'], rows, context.colors),
        )
        return ExitCode.done
      })
    }),
  )

/** That there are none is known only of hosts that were looked at. */
const noneOn = (hosts: readonly string[]): string =>
  hosts.length === 0
    ? 'no host was looked at: nothing is deployed, and this folder has no topology file; name one with -f FILE'
    : `no orphans on ${hosts.join(', ')}`
