import { Cul8erError } from '../../errors.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { saysWait } from '../follow.js'
import { meantWords } from '../meant.js'
import { detachOption, waitOption } from './options.js'

export const backup = (app: App) =>
  newCommand('backup', {
    summary: 'back up what holds data now, encrypted, to where `backup` says',
    examples: [
      ['backup shop', 'of every instance whose resource has `backup`'],
      ['backup db', 'of the instances of db alone, of the only topology of the file'],
      ['backup shop db --detach', 'goes on when this command has ended'],
    ],
  })
    .usage('[options] [topology] [resource]')
    .argument('[topology]', 'name of the topology')
    .argument('[resource]', 'only the instances of this resource')
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, first, second, { detach, wait }) => {
        const words = [first, second].flatMap((word) => word ?? [])
        const { topology, names } = await meantWords(context, words)
        if (names.length > 1) {
          throw new Cul8erError('USAGE', 'backup takes a topology and one resource', { hint: 'cul8er backup shop db' })
        }
        const [resource] = names
        const asked = resource === undefined ? {} : { resource }
        return context.connected(async (cul8er) => {
          const run = await cul8er.backUp(topology, { ...asked, wait, waiting: saysWait(context) })
          return begun(context, cul8er, run, { detach })
        })
      }),
    )
