import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import { oneHost, withHosts } from '../hosts-meant.js'
import { cordonText } from '../render/hosts.js'
import type { Cordoned } from '../../contracts/index.js'
import { reasonOption } from './options.js'

export const cordon = (app: App) =>
  newCommand('cordon', {
    summary: 'put nothing new on a host; what is there stays',
    examples: [
      ['hosts cordon web', 'plans and failovers of every topology put nothing new on web'],
      ["hosts cordon web --reason 'disk fails'", 'the reason is shown wherever web is refused'],
    ],
  })
    .argument('<host>', 'name of a host')
    .argument('[topology]', 'name of the topology')
    .addOption(reasonOption())
    .action(
      app.run(async (context, name, topology, { reason }) => {
        const answer = await withHosts(context, topology, async (cul8er, meant) =>
          cul8er.cordon(await oneHost(meant, name), reason === undefined ? {} : { reason }),
        )
        return told(
          context,
          answer,
          `cul8er hosts drain ${name} moves what is there, cul8er hosts uncordon ${name} ends it`,
        )
      }),
    )

export const uncordon = (app: App) =>
  newCommand('uncordon', {
    summary: 'let new instances on a host again; nothing moves by itself',
    examples: [['hosts uncordon web', 'web takes new instances again']],
  })
    .argument('<host>', 'name of a host')
    .argument('[topology]', 'name of the topology')
    .action(
      app.run(async (context, name, topology) => {
        const answer = await withHosts(context, topology, async (cul8er, meant) =>
          cul8er.uncordon(await oneHost(meant, name)),
        )
        return told(context, answer, null)
      }),
    )

function told(context: Context, answer: Cordoned, next: string | null): ExitCode {
  const { host, cordoned, changed } = answer
  const { colors } = context
  const words = cordoned === null ? 'not cordoned' : cordonText(cordoned)
  context.answer(
    answer,
    [
      `${colors.green('✔')} ${colors.bold(host)} is ${words}${changed ? '' : ', as before'}`,
      ...(next === null ? [] : [`${colors.cyan('→')} ${next}`]),
    ].join('\n'),
  )
  return ExitCode.done
}
