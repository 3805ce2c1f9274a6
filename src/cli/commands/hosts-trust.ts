import { homedir } from 'node:os'
import { ExitCode } from '../../errors.js'
import type { ShownKey } from '../../hosts/ssh/trust.js'
import { newCommand, type App } from '../command.js'
import { agrees } from '../confirm.js'
import type { Context } from '../context.js'
import { expectKey } from '../expected-key.js'
import { madeHome } from '../home.js'
import { hostNamed } from '../host-named.js'
import { fingerprintOption, yesOption } from './options.js'

export const trust = (app: App) =>
  newCommand('trust', {
    summary: 'accept the SSH host key of a host, after showing its fingerprint',
    examples: [
      ['hosts trust web', 'shows the fingerprints of web and of its jump hosts, and asks'],
      ['hosts trust web --fingerprint SHA256:…', 'accepts that key alone, without asking'],
    ],
  })
    .argument('<host>', 'name of a host of the file, or user@host[:port]')
    .argument('[topology]', 'name of the topology')
    .addOption(yesOption())
    .addOption(fingerprintOption())
    .action(
      app.run(async (context, name, topology, options) => {
        const [{ trustHost }, host, { ownKnownHosts }] = await Promise.all([
          import('../../hosts/ssh/trust.js'),
          hostNamed(context, name, topology),
          import('../../hosts/ssh/own-known-hosts.js'),
        ])
        const { env } = context.terminal
        const knownHosts = ownKnownHosts(await madeHome(context))
        const machines = await trustHost(host, { knownHosts, env, home: env.HOME || homedir() }, (shown, before) =>
          accepts(context, { shown, before }, options),
        )
        const refused = machines.some(({ trusted }) => !trusted)
        context.answer(
          { host: name, trusted: !refused, knownHosts, machines },
          refused ? '' : machines.map((each) => `${context.colors.green('✔')} ${line(each)}`).join('\n'),
        )
        return refused ? ExitCode.failed : ExitCode.done
      }),
    )

async function accepts(
  context: Context,
  { shown, before }: { shown: ShownKey; before: readonly ShownKey[] },
  { yes, fingerprint = [] }: { yes?: boolean; fingerprint?: string[] },
): Promise<boolean> {
  if (fingerprint.length > 0) return expectKey(shown, fingerprint, before)
  // Also with --quiet: this is what a person answers for.
  context.progress.write(`${shown.machine} shows the key ${shown.keyType} ${shown.fingerprint}\n`)
  return agrees(context, { ...(yes === undefined ? {} : { yes }) }, 'Is that the key of this machine?')
}

const line = ({ machine, keyType, fingerprint, known }: ShownKey): string =>
  `${machine}: ${known ? 'known already' : 'trusted'}, ${keyType} ${fingerprint}`
