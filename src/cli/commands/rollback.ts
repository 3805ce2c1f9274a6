import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import { detached, follow } from '../follow.js'
import { topologyName } from '../topologies.js'
import { detachOption, forceOption, positive, waitOption, yesOption } from './options.js'

export const rollback = (app: App) =>
  newCommand('rollback', {
    summary: 'go back to the last stable revision, or to a named one',
    examples: [
      ['rollback shop', 'asks, then goes back to the last stable revision'],
      ['rollback shop --to 3 --yes', 'to revision 3, without asking'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .option('--to <revision>', 'number of the revision; cul8er history shows them', positive)
    .addOption(forceOption())
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, name, { to, force, yes, detach, wait }) => {
        needsConsent(context, { yes })
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          const where = to === undefined ? 'the last stable revision' : `revision ${to}`
          if (!(await agrees(context, { yes }, `Bring ${topology} back to ${where}?`))) return ExitCode.failed
          const run = await cul8er.rollback(topology, { to, force, wait })
          return detach === true ? detached(context, run) : follow(context, run)
        })
      }),
    )
