import { newCommand, type App } from '../command.js'
import { hostsAdd } from './hosts-add.js'
import { trust } from './hosts-trust.js'

/** What can be done with hosts. */
const COMMANDS = [trust, hostsAdd]

export const hosts = (app: App) => {
  const group = newCommand('hosts', {
    summary: 'the hosts of topologies: accept those that are reached over SSH or https',
    examples: [
      ['hosts trust web', 'shows the SSH host key of web and accepts it'],
      ['hosts add store --token-file F', 'accepts the host store of the topology file'],
    ],
  })
  for (const command of COMMANDS) group.addCommand(command(app))
  return group
}
