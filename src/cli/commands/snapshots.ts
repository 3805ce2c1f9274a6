import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { moment } from '../render/duration.js'
import { table } from '../render/table.js'
import { topologyName } from '../topologies.js'

export const snapshots = (app: App) =>
  newCommand('snapshots', {
    summary: 'snapshots of the instances',
    examples: [['snapshots shop', 'shows what cul8er restore can go back to']],
  })
    .argument('[topology]', 'name of the topology')
    .action(
      app.run(async (context, name) => {
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          const all = await cul8er.snapshots(topology)
          const rows = all.map(({ name: of, instance, resource, host, createdAt }) => [
            of,
            instance,
            resource,
            host,
            moment(createdAt),
          ])
          context.answer(
            { topology, snapshots: all },
            all.length === 0
              ? 'there are no snapshots'
              : table(['snapshot', 'instance', 'resource', 'host', 'made'], rows, context.colors),
          )
          return ExitCode.done
        })
      }),
    )
