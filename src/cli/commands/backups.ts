import { Cul8erError, ExitCode } from '../../errors.js'
import { sizeWords } from '../../topology/units.js'
import { newCommand, type App } from '../command.js'
import { meantWords } from '../meant.js'
import { moment } from '../render/duration.js'
import { table } from '../render/table.js'

export const backups = (app: App) =>
  newCommand('backups', {
    summary: 'backups that are whole, the newest first',
    examples: [
      ['backups shop', 'shows what cul8er restore --from can go back to'],
      ['backups db', 'those of db, of the only topology of the file'],
    ],
  })
    .usage('[options] [topology] [resource]')
    .argument('[topology]', 'name of the topology')
    .argument('[resource]', 'only of this resource')
    .action(
      app.run(async (context, first, second) => {
        const { topology, names } = await meantWords(
          context,
          [first, second].flatMap((word) => word ?? []),
        )
        if (names.length > 1) {
          throw new Cul8erError('USAGE', 'backups takes a topology and one resource', {
            hint: 'cul8er backups shop db',
          })
        }
        const [resource] = names
        return context.connected(async (cul8er) => {
          const found = await cul8er.backups(topology, resource === undefined ? {} : { resource })
          const rows = found.backups.map(({ id, instance, host, takenAt, bytes, in: where }) => [
            id,
            instance,
            host,
            moment(takenAt),
            sizeWords(Math.max(1, Math.round(bytes / (1024 * 1024)))),
            where,
          ])
          const lines = [
            rows.length === 0
              ? 'there are no backups'
              : table(['backup', 'instance', 'host', 'taken', 'size', 'in'], rows, context.colors),
            ...found.unusable.map(
              ({ id, in: where, why }) =>
                `${context.colors.yellow('!')} ${id} in ${where} ${why === 'otherKey' ? 'was made with another key' : 'was changed or cut off, and cannot be restored'}`,
            ),
          ]
          context.answer({ topology, ...found }, lines.join('\n'))
          return ExitCode.done
        })
      }),
    )
