import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import { detached, follow } from '../follow.js'
import { topologyName } from '../topologies.js'
import { detachOption, waitOption, yesOption } from './options.js'

export const restore = (app: App) =>
  newCommand('restore', {
    summary: 'put instances back to a snapshot, data and all',
    examples: [
      ['snapshots shop', 'shows what there is'],
      ['restore shop --snapshot NAME --resource db', 'puts the instances of db back'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .requiredOption('--snapshot <name>', 'name of the snapshot')
    .option('--resource <resource>', 'only the instances of this resource')
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, name, { snapshot, resource, yes, detach, wait }) => {
        needsConsent(context, { yes })
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          const what =
            resource === undefined ? `every instance of ${topology} that has it` : `${resource} of ${topology}`
          if (
            !(await agrees(context, { yes }, `Put ${what} back to ${snapshot}? What was written since then is lost.`))
          ) {
            return ExitCode.failed
          }
          const run = await cul8er.restore(topology, { snapshot, resource, wait })
          return detach === true ? detached(context, run) : follow(context, run)
        })
      }),
    )
