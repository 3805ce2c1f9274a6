import type { Cul8er } from '../../client/index.js'
import { ExitCode } from '../../errors.js'
import { currentRevision } from '../../plan/revisions.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import type { Context } from '../context.js'
import { saysWait } from '../follow.js'
import { restoreLines } from '../render/consent.js'
import { topologyName } from '../topologies.js'
import { detachOption, waitOption, yesOption } from './options.js'

export const restore = (app: App) =>
  newCommand('restore', {
    summary: 'restore instances from a snapshot, including their data',
    examples: [
      ['snapshots shop', 'lists the snapshots'],
      ['restore shop --snapshot NAME --resource db', 'restores the instances of db'],
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
          if (yes !== true) await shown(context, cul8er, topology, { snapshot, resource })
          const what =
            resource === undefined ? `every instance of ${topology} that has it` : `${resource} of ${topology}`
          if (
            !(await agrees(
              context,
              { yes },
              `Restore ${what} from ${snapshot}? Everything written since then will be lost.`,
            ))
          ) {
            return ExitCode.failed
          }
          const run = await cul8er.restore(topology, { snapshot, resource, wait, waiting: saysWait(context) })
          return begun(context, cul8er, run, { detach })
        })
      }),
    )

/** Shows what goes back to when. Of a snapshot that is not there the operation says so. */
async function shown(
  context: Context,
  cul8er: Cul8er,
  topology: string,
  what: { snapshot: string; resource?: string },
): Promise<void> {
  const resources = currentRevision(await cul8er.state(topology))?.topology.resources ?? {}
  const lines = restoreLines({ resources }, await cul8er.snapshots(topology), what, context.colors)
  lines.forEach((line) => context.tell(line))
}
