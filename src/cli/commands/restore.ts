import { Option } from '@commander-js/extra-typings'
import type { Cul8er } from '../../client/index.js'
import { Cul8erError, ExitCode } from '../../errors.js'
import { currentRevision } from '../../plan/revisions.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import type { Context } from '../context.js'
import { saysWait } from '../follow.js'
import { backupLine, copyLines, restoreLines } from '../render/consent.js'
import { meantWords } from '../meant.js'
import { topologyName } from '../topologies.js'
import { detachOption, waitOption, yesOption } from './options.js'

export const restore = (app: App) =>
  newCommand('restore', {
    summary: 'restore instances with their data: from a snapshot, a backup, or copies on another host',
    examples: [
      ['snapshots shop', 'lists the snapshots'],
      ['restore shop --snapshot NAME --resource db', 'restores the instances of db'],
      ['restore db --from BACKUP', 'makes db of a backup that cul8er backups lists'],
      ['restore shop --from-replica b --resource db', 'makes the copy of db on host b the live one'],
    ],
  })
    .argument('[topology]', 'name of the topology; with --from also that of a resource')
    .option('--snapshot <name>', 'name of the snapshot')
    .option('--from <backup>', 'name of the backup that an instance is made of, in the place of what is there')
    .option('--host <host>', 'with --from: host on which it is restored (default: where the instance is, or was)')
    .option('--from-replica <host>', 'host whose copies take the place of what they are copies of')
    .option('--resource <resource>', 'only the instances of this resource')
    .addOption(
      new Option(
        '--force',
        'with --from and --from-replica: what may still run is switched off for good, or is to be stopped',
      ),
    )
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, name, { snapshot, from, host, fromReplica, resource, force, yes, detach, wait }) => {
        if ([snapshot, from, fromReplica].filter((way) => way !== undefined).length !== 1) throw oneOfThem()
        if (host !== undefined && from === undefined) throw onlyFrom()
        needsConsent(context, { yes })
        const meant = from === undefined ? null : await meantWords(context, name === undefined ? [] : [name])
        const topology = meant === null ? await topologyName(context, name) : meant.topology
        return context.connected(async (cul8er) => {
          const options = { resource, wait, waiting: saysWait(context) }
          if (from !== undefined) {
            const { backups } = await cul8er.backups(topology)
            const found = backups.find(({ id }) => id === from)
            const of = resource ?? meant?.names[0] ?? found?.resource
            if (of === undefined) throw noBackup(topology, from)
            if (yes !== true && found !== undefined) context.tell(backupLine(found, host, context.colors))
            const question = `Restore ${of} of ${topology} from ${from}? Everything written since then will be lost.`
            if (!(await agrees(context, { yes }, question))) return ExitCode.failed
            const asked = { ...options, resource: of, backup: from, force, ...(host === undefined ? {} : { host }) }
            return begun(context, cul8er, await cul8er.restoreFromBackup(topology, asked), { detach })
          }
          if (fromReplica !== undefined) {
            if (yes !== true) await shownCopies(context, cul8er, topology, { host: fromReplica, resource })
            const question = `Make the copies on ${fromReplica} the live instances? Everything written since they were made will be lost.`
            if (!(await agrees(context, { yes }, question))) return ExitCode.failed
            const run = await cul8er.restoreFromReplica(topology, { host: fromReplica, force, ...options })
            return begun(context, cul8er, run, { detach })
          }
          if (snapshot === undefined) throw oneOfThem()
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

const oneOfThem = (): Cul8erError =>
  new Cul8erError('USAGE', 'give one of --snapshot, --from and --from-replica', {
    hint: 'cul8er snapshots lists snapshots, cul8er backups lists backups, cul8er status shows the copies on other hosts',
  })

const onlyFrom = (): Cul8erError =>
  new Cul8erError('USAGE', '--host says where a backup is restored, and needs --from', {
    hint: 'cul8er backups lists backups',
  })

const noBackup = (topology: string, id: string): Cul8erError =>
  new Cul8erError('NOT_FOUND', `${topology} has no backup ${id}`, { hint: 'cul8er backups lists them' })
