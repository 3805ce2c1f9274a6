import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import { detached, follow } from '../follow.js'
import { topologyName } from '../topologies.js'
import { detachOption, waitOption, withoutOption, yesOption } from './options.js'

export const destroy = (app: App) =>
  newCommand('destroy', {
    summary: 'remove all that the topology owns, and nothing else',
    examples: [
      ['destroy shop', 'asks, then removes the instances of shop'],
      ['destroy shop --yes', 'without asking'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .addOption(withoutOption())
    .action(
      app.run(async (context, name, { yes, detach, wait, without }) => {
        needsConsent(context, { yes })
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          if (!(await agrees(context, { yes }, `Remove all instances of ${topology}, with their data?`)))
            return ExitCode.failed
          const run = await cul8er.destroy(topology, { wait, without })
          return detach === true ? detached(context, run) : follow(context, run)
        })
      }),
    )
