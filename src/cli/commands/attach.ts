import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { follow } from '../follow.js'
import { topologyName } from '../topologies.js'

export const attach = (app: App) =>
  newCommand('attach', {
    summary: 'follow the operation in progress; Ctrl-C detaches and leaves it running',
    examples: [['attach shop', 'shows its steps until it ends']],
  })
    .argument('[topology]', 'name of the topology')
    .action(
      app.run(async (context, name) => {
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          const run = await cul8er.attach(topology)
          if (run !== null) return follow(context, run)
          context.answer(
            { topology, operation: null },
            `no operation of ${topology} is in progress; cul8er history ${topology} shows how the last ones ended`,
          )
          return ExitCode.done
        })
      }),
    )
