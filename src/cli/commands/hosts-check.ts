import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { onlyHost, withHosts } from '../hosts-meant.js'
import { checksText } from '../render/checks.js'

export const check = (app: App) =>
  newCommand('check', {
    summary: 'check that hosts have what a deploy needs; each failure says what to do',
    examples: [
      ['hosts check', 'all hosts of the file; exit code 1 when something fails'],
      ['hosts check store', 'the host store alone'],
    ],
  })
    .argument('[host]', 'name of a host')
    .argument('[topology]', 'name of the topology')
    .action(
      app.run(async (context, name, topology) => {
        const results = await withHosts(context, topology, (cul8er, all) => {
          const { hosts, topologies } = name === undefined ? all : onlyHost(all, name)
          return cul8er.checkHosts(hosts, topologies)
        })
        const ok = results.every(({ checks }) => checks.every(({ outcome }) => outcome !== 'failure'))
        const width = Math.max(...results.flatMap(({ checks }) => checks.map((each) => each.name.length)))
        const text = results.map(({ host, checks }) =>
          [context.colors.bold(host), checksText(checks, context.colors, width)].join('\n'),
        )
        context.answer({ ok, hosts: results }, text.join('\n\n'))
        return ok ? ExitCode.done : ExitCode.failed
      }),
    )
