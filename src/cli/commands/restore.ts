import { Option } from '@commander-js/extra-typings'
import type { Cul8er } from '../../client/index.js'
import { Cul8erError, ExitCode } from '../../errors.js'
import { currentRevision } from '../../plan/revisions.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import type { Context } from '../context.js'
import { saysWait } from '../follow.js'
import { copyLines, restoreLines } from '../render/consent.js'
import { topologyName } from '../topologies.js'
import { detachOption, waitOption, yesOption } from './options.js'

export const restore = (app: App) =>
  newCommand('restore', {
    summary: 'restore instances from a snapshot, or from their copies on another host, including their data',
    examples: [
      ['snapshots shop', 'lists the snapshots'],
      ['restore shop --snapshot NAME --resource db', 'restores the instances of db'],
      ['restore shop --from-replica b --resource db', 'makes the copy of db on host b the live one'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .option('--snapshot <name>', 'name of the snapshot')
    .option('--from-replica <host>', 'host whose copies take the place of what they are copies of')
    .option('--resource <resource>', 'only the instances of this resource')
    .addOption(
      new Option('--force', 'with --from-replica: what may still run is switched off for good, or is to be stopped'),
    )
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, name, { snapshot, fromReplica, resource, force, yes, detach, wait }) => {
        if ((snapshot === undefined) === (fromReplica === undefined)) throw oneOfBoth()
        needsConsent(context, { yes })
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          const options = { resource, wait, waiting: saysWait(context) }
          if (fromReplica !== undefined) {
            if (yes !== true) await shownCopies(context, cul8er, topology, { host: fromReplica, resource })
            const question = `Make the copies on ${fromReplica} the live instances? Everything written since they were made will be lost.`
            if (!(await agrees(context, { yes }, question))) return ExitCode.failed
            const run = await cul8er.restoreFromReplica(topology, { host: fromReplica, force, ...options })
            return begun(context, cul8er, run, { detach })
          }
          if (snapshot === undefined) throw oneOfBoth()
          if (yes !== true) await shown(context, cul8er, topology, { snapshot, resource })
          const what =
            resource === undefined ? `every instance of ${topology} that has it` : `${resource} of ${topology}`
          const question = `Restore ${what} from ${snapshot}? Everything written since then will be lost.`
          if (!(await agrees(context, { yes }, question))) return ExitCode.failed
          const run = await cul8er.restore(topology, { snapshot, ...options })
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

/** Shows how old the copies are. What is wrong with them the operation says. */
async function shownCopies(
  context: Context,
  cul8er: Cul8er,
  topology: string,
  { host, resource }: { host: string; resource?: string | undefined },
): Promise<void> {
  const { replicas = [] } = await cul8er.status(topology)
  const meant = replicas.filter((each) => each.host === host && (resource === undefined || each.resource === resource))
  copyLines(meant, context.colors).forEach((line) => context.tell(line))
}

const oneOfBoth = (): Cul8erError =>
  new Cul8erError('USAGE', 'give either --snapshot or --from-replica', {
    hint: 'cul8er snapshots lists snapshots, cul8er status shows the copies on other hosts',
  })
