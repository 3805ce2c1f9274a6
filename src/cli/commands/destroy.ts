import type { Cul8er } from '../../client/index.js'
import { Cul8erError, ExitCode, messageOf } from '../../errors.js'
import { declaring } from '../../plan/declaring.js'
import { currentRevision } from '../../plan/revisions.js'
import { hooksOf } from '../../topology/hooks.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import type { Context } from '../context.js'
import { saysWait } from '../follow.js'
import { destroyLines, hookLines } from '../render/consent.js'
import { topologyName } from '../topologies.js'
import { detachOption, forceOption, waitOption, withoutOption, yesOption } from './options.js'

export const destroy = (app: App) =>
  newCommand('destroy', {
    summary: 'remove everything that the topology owns, and nothing else',
    examples: [
      ['destroy shop', 'shows what would go, asks, and removes it'],
      ['destroy shop --yes', 'without asking'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .addOption(forceOption())
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .addOption(withoutOption())
    .action(
      app.run(async (context, name, { force, yes, detach, wait, without }) => {
        needsConsent(context, { yes })
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          if (yes !== true && !(await shown(context, cul8er, topology))) return notThere(context, topology)
          if (!(await agrees(context, { yes }, `Remove all instances and volumes of ${topology}, with their data?`)))
            return ExitCode.failed
          try {
            const run = await cul8er.destroy(topology, { force, wait, waiting: saysWait(context), without })
            return await begun(context, cul8er, run, { detach })
          } catch (error) {
            if (error instanceof Cul8erError && error.code === 'UNKNOWN_TOPOLOGY') return notThere(context, topology)
            throw error
          }
        })
      }),
    )

/** What shall be gone is: no failure, for a script that cleans up twice. */
function notThere(context: Context, topology: string): ExitCode {
  const { colors } = context
  context.answer(
    { topology, operation: null, outcome: 'succeeded', revision: 0, durationMs: 0, steps: [] },
    `${colors.green('✔')} ${colors.bold(topology)} is not deployed here: there is nothing to destroy; cul8er state list shows what is, and cul8er orphans looks for what no state knows`,
  )
  return ExitCode.done
}

/**
 * Shows what goes, as far as it can be seen; a host that does not answer is no reason not to ask.
 * @returns whether there is anything to destroy
 */
async function shown(context: Context, cul8er: Cul8er, topology: string): Promise<boolean> {
  const state = await cul8er.stateIfKnown(topology)
  if (state === null || (state.desired === null && state.current === null)) return false
  const declared = currentRevision(state)
  if (declared === null) return true
  try {
    const { instances } = await cul8er.status(topology)
    destroyLines(declared.topology, instances, context.colors).forEach((line) => context.tell(line))
    const hooks = hooksOf('destroy', declaring('destroy', null, state)?.topology ?? null)
    hookLines(hooks).forEach((line) => context.tell(line))
  } catch (error) {
    context.say(`${context.colors.yellow('!')} what is there could not be read: ${messageOf(error)}`)
  }
  return true
}
