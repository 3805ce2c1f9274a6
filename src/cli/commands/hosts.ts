import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { withHosts } from '../hosts-meant.js'
import { hostsText } from '../render/hosts.js'
import { add } from './hosts-add.js'
import { check } from './hosts-check.js'
import { cordon, uncordon } from './hosts-cordon.js'
import { drain } from './hosts-drain.js'
import { setup } from './hosts-setup.js'
import { trust } from './hosts-trust.js'

/** What else can be done with hosts. */
const COMMANDS = [check, setup, cordon, uncordon, drain, trust, add]

export const hosts = (app: App) => {
  const group = newCommand('hosts', {
    summary: 'hosts with their capacity and use; exit code 1 when one does not answer',
    examples: [
      ['hosts', 'all hosts of the topology file'],
      ['hosts shop', 'those of one topology, in the file or deployed'],
      ['hosts check', 'whether they have what a deploy needs'],
      ['hosts cordon web', 'nothing new is put on web; what is there stays'],
      ['hosts drain web', 'moves what is on web to other hosts, before maintenance'],
      ['hosts setup web', 'installs Incus on a fresh host'],
      ['hosts trust web', 'shows the SSH host key of web and accepts it'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .action(
      app.run(async (context, topology) => {
        const rows = await withHosts(context, topology, (cul8er, meant) => cul8er.hosts(meant.hosts))
        context.answer({ hosts: rows }, hostsText(rows, context.colors))
        return rows.every(({ error }) => error === undefined) ? ExitCode.done : ExitCode.failed
      }),
    )
  for (const command of COMMANDS) group.addCommand(command(app))
  return group
}
