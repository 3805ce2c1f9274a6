import { ExitCode } from '../../errors.js'
import { plural } from '../../plural.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import { saysWait } from '../follow.js'
import { planText } from '../render/plan.js'
import { topologyName } from '../topologies.js'
import { detachOption, gainOption, waitOption, yesOption } from './options.js'

export const rebalance = (app: App) =>
  newCommand('rebalance', {
    summary: 'move stateless instances so that hosts are used evenly',
    examples: [
      ['rebalance shop', 'shows what would move where, asks, and moves it'],
      ['rebalance shop --gain 30 --yes', 'only where the gap between hosts shrinks by 30 percentage points'],
      ['rebalance shop --dry-run', 'the plan alone; exit code 2 when something would move'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .addOption(gainOption())
    .option('--dry-run', 'show the plan, and move nothing')
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, name, { gain = 10, dryRun, yes, detach, wait }) => {
        if (dryRun !== true) needsConsent(context, { yes })
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          const { plan } = await cul8er.planMoves(topology, { off: [], gain })
          const text = planText(plan, context.colors, context.columns)
          if (dryRun === true || plan.empty) {
            context.answer(plan, text)
            return dryRun === true && !plan.empty ? ExitCode.changes : ExitCode.done
          }
          context.tell(text)
          if (!(await agrees(context, { yes }, `Move ${plural(plan.changes.length, 'instance')} of ${topology}?`)))
            return ExitCode.failed
          const planned = yes === true ? {} : { fingerprint: plan.fingerprint }
          const run = await cul8er.rebalance(topology, { gain, ...planned, wait, waiting: saysWait(context) })
          return begun(context, cul8er, run, { detach, planShown: true })
        })
      }),
    )
