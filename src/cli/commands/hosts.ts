import { Cul8erError } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { trust } from './hosts-trust.js'

/** What can be done with hosts. */
const COMMANDS = [trust]

export const hosts = (app: App) => {
  const group = newCommand('hosts', {
    summary: 'hosts: trust their SSH host keys (capacity and use: not available yet)',
    examples: [['hosts trust web', 'shows the host key of web and accepts it']],
  })
    .argument('[words...]')
    .allowUnknownOption()
    .action(
      app.run(async () => {
        throw new Cul8erError('NOT_SUPPORTED_YET', 'cul8er hosts is not available yet', {
          hint: 'cul8er status and cul8er history show what is known today',
        })
      }),
    )
  for (const command of COMMANDS) group.addCommand(command(app))
  return group
}
