import { Cul8erError, ExitCode } from '../../errors.js'
import type { Snapshot } from '../../client/index.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import { saysWait } from '../follow.js'
import { topologyName } from '../topologies.js'
import { detachOption, waitOption, yesOption } from './options.js'

export const snapshot = (app: App) =>
  newCommand('snapshot', {
    summary: 'take and delete snapshots of your own',
    examples: [
      ['snapshot create shop --name before-import', 'of every instance, with its volumes; nothing prunes it'],
      ['snapshot delete shop before-import', 'asks, and deletes it'],
    ],
  })
    .addCommand(create(app))
    .addCommand(remove(app))

const create = (app: App) =>
  newCommand('create', {
    summary: 'take a snapshot of every instance, or of none',
    examples: [
      ['snapshot create shop', 'named by the minute, such as manual-20261122-0915'],
      ['snapshot create shop --resource db --name before-import', 'the instances of db alone'],
      ['restore shop --snapshot before-import', 'puts them back'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .option('--name <name>', 'name of the snapshot (default: by the minute)')
    .option('--resource <resource>', 'only the instances of this resource')
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, first, { name, resource, detach, wait }) => {
        const topology = await topologyName(context, first)
        return context.connected(async (cul8er) => {
          const run = await cul8er.createSnapshot(topology, { name, resource, wait, waiting: saysWait(context) })
          return begun(context, cul8er, run, { detach })
        })
      }),
    )

const remove = (app: App) =>
  newCommand('delete', {
    summary: 'delete a snapshot that you named',
    examples: [
      ['snapshot delete shop before-import', 'shows what goes, and asks'],
      ['snapshot delete before-import --yes', 'of the only topology of the file, without asking'],
    ],
  })
    .usage('[options] [topology] <name>')
    .argument('<name...>', 'name of the snapshot, after the name of the topology where the file has several')
    .option('--resource <resource>', 'only of the instances of this resource')
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, words, { resource, yes, detach, wait }) => {
        const [name = '', first, ...more] = [...words].reverse()
        if (more.length > 0) {
          throw new Cul8erError('USAGE', 'snapshot delete takes a topology and a name', {
            hint: 'cul8er snapshot delete shop before-import',
          })
        }
        needsConsent(context, { yes })
        const topology = await topologyName(context, first)
        return context.connected(async (cul8er) => {
          if (yes !== true) {
            const all = await cul8er.snapshots(topology)
            const meant = all.filter((each) => each.name === name && (resource ?? each.resource) === each.resource)
            if (!(await agrees(context, { yes }, question(topology, name, meant)))) return ExitCode.failed
          }
          const run = await cul8er.deleteSnapshot(topology, { name, resource, wait, waiting: saysWait(context) })
          return begun(context, cul8er, run, { detach })
        })
      }),
    )

/** Of an instance that was replaced since, a volume may still have it. */
const question = (topology: string, name: string, meant: readonly Snapshot[]): string =>
  meant.length === 0
    ? `Delete what volumes of ${topology} may have of snapshot ${name}? It cannot be taken back.`
    : `Delete snapshot ${name} of ${meant.map(({ instance }) => instance).join(', ')}, with that of their volumes? It cannot be taken back.`
