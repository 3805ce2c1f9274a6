import type { Cul8er } from '../../client/index.js'
import { Cul8erError, ExitCode } from '../../errors.js'
import { noWayBack } from '../../plan/no-way-back.js'
import { rollbackTarget } from '../../plan/revisions.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import type { Context } from '../context.js'
import { saysWait } from '../follow.js'
import { rollbackHead } from '../render/consent.js'
import { planText } from '../render/plan.js'
import { topologyName } from '../topologies.js'
import { detachOption, forceOption, positive, waitOption, yesOption } from './options.js'

export const rollback = (app: App) =>
  newCommand('rollback', {
    summary: 'go back to the last stable revision, or to a named one',
    examples: [
      ['rollback shop', 'shows what would change, asks, and goes back to the last stable revision'],
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
          const target = yes === true ? null : await shown(context, cul8er, topology, { to, force })
          if (!(await agrees(context, { yes }, `Roll ${topology} back to revision ${target}?`))) return ExitCode.failed
          // What a person agreed to, though another operation may have ended meanwhile.
          const run = await cul8er.rollback(topology, { to: target ?? to, force, wait, waiting: saysWait(context) })
          return begun(context, cul8er, run, { detach, leadsTo: true })
        })
      }),
    )

/**
 * Shows where a rollback goes and what it changes.
 * @throws Cul8erError UNKNOWN_REVISION when it goes nowhere: nobody is asked about what cannot be
 */
async function shown(
  context: Context,
  cul8er: Cul8er,
  topology: string,
  { to, force }: { to?: number; force?: boolean },
): Promise<number> {
  const state = await cul8er.state(topology)
  const target = to ?? rollbackTarget(state)
  const refused = noWayBack(state, target)
  if (refused !== null) throw new Cul8erError(refused.code, refused.message, refused)
  const revision = state.revisions.find(({ number }) => number === target)
  if (revision === undefined) throw new Error(`revision ${target} is kept and not there`)
  context.tell(rollbackHead(state, revision, context.colors))
  const plan = await cul8er.planRevision(revision, { force, goesBack: true })
  context.tell(planText(plan, context.colors, context.columns))
  return revision.number
}
