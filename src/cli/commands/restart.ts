import { ExitCode } from '../../errors.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import { saysWait } from '../follow.js'
import { meantWords } from '../meant.js'
import { planText } from '../render/plan.js'
import { detachOption, positive, waitOption, yesOption } from './options.js'
import { plural } from '../../plural.js'

export const restart = (app: App) =>
  newCommand('restart', {
    summary: 'restart instances batch by batch, each drained first',
    examples: [
      ['restart shop', 'shows the order, asks, and restarts all instances of shop'],
      ['restart shop web --max-parallel 2 --yes', 'those of web, two at a time, without asking'],
      ['restart shop-web-1', 'one instance of the only topology of the file'],
    ],
  })
    .usage('[options] [topology] [names...]')
    .argument('[topology]', 'name of the topology')
    .argument('[names...]', 'resources or instances (default: all)')
    .option('--max-parallel <count>', 'instances at a time (default: as the strategy says)', positive)
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, first, others, { maxParallel, yes, detach, wait }) => {
        needsConsent(context, { yes })
        const { topology, names } = await meantWords(context, first === undefined ? [] : [first, ...others])
        const asked = {
          ...(names.length === 0 ? {} : { names }),
          ...(maxParallel === undefined ? {} : { maxParallel }),
        }
        return context.connected(async (cul8er) => {
          if (yes !== true) {
            const plan = await cul8er.planRestart(topology, asked)
            const shown = { topology, notes: [], empty: plan.changes.length === 0, ...plan }
            context.tell(planText(shown, context.colors, context.columns))
            if (!(await agrees(context, { yes }, `Restart ${plural(plan.changes.length, 'instance')}?`)))
              return ExitCode.failed
          }
          const run = await cul8er.restart(topology, { ...asked, wait, waiting: saysWait(context) })
          return begun(context, cul8er, run, { detach, planShown: yes !== true })
        })
      }),
    )
