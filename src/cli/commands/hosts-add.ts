import { resolve } from 'node:path'
import { Cul8erError, ExitCode } from '../../errors.js'
import { readAddress } from '../../topology/hosts.js'
import { nearest } from '../../topology/nearest.js'
import { newCommand, type App } from '../command.js'
import { agrees } from '../confirm.js'
import type { Context } from '../context.js'
import { madeHome } from '../home.js'
import { topologyOfFile } from '../topologies.js'
import { yesOption } from './options.js'

/** Accepts a host with an https address in the home of this machine, where its worker looks. */
export const add = (app: App) =>
  newCommand('add', {
    summary: 'accept a host with an https address, and have it trust this machine by a trust token',
    examples: [
      ['hosts add store --token-file F', 'F holds what incus config trust add cul8er --quiet printed on the host'],
      ['hosts add https://10.0.0.2:8443', 'shows the fingerprint of its certificate and asks'],
    ],
  })
    .argument('<host>', 'its name in the topology file, or https://host:8443')
    .argument('[topology]', 'name of the topology in the file')
    .option('--token-file <file>', 'file with the trust token; - is standard input')
    .option('--token <token>', 'the trust token itself, which other users of this machine may see meanwhile')
    .option('--fingerprint <sha256>', 'of the certificate that the host has to show')
    .addOption(yesOption())
    .action(
      app.run(async (context, name, topology, options) => {
        const host = await hostOf(context, name, topology)
        const [{ addServer, lookAtServer }, { judge }, folder, token] = await Promise.all([
          import('../../hosts/kinds/incus/add.js'),
          import('../../hosts/kinds/incus/judge.js'),
          folderOf(context),
          tokenOf(context, options),
        ])
        const { certificate, fingerprint, accepted } = await lookAtServer(host, folder)
        const expected = [
          ...(await fingerprintGiven(options.fingerprint)),
          ...(token === null ? [] : [{ fingerprint: token.fingerprint, by: 'the trust token' as const }]),
        ]
        const asks = options.yes !== true && context.terminal.interactive && !context.json
        const verdict = judge(host, { found: fingerprint, accepted, expected }, { asks })
        context.say(`${host.address} shows a certificate with fingerprint ${fingerprint}`)
        if (verdict !== 'sure' && !(await agrees(context, options, question(accepted)))) return ExitCode.failed
        await addServer(host, { folder, certificate, token })
        context.answer(
          { host: host.name, address: host.address, fingerprint, trusted: true },
          `${host.name} is added: this machine and the host trust each other`,
        )
        return ExitCode.done
      }),
    )

const question = (accepted: string | null): string =>
  accepted === null
    ? 'Accept it? `incus info` on the host shows its certificate_fingerprint'
    : `Accept it in place of ${accepted}? \`incus info\` on the host shows its certificate_fingerprint`

async function folderOf(context: Context): Promise<string> {
  const { remotesFolder } = await import('../../hosts/kinds/incus/folder.js')
  return remotesFolder(await madeHome(context))
}

async function fingerprintGiven(text: string | undefined): Promise<{ fingerprint: string; by: '--fingerprint' }[]> {
  if (text === undefined) return []
  const { readFingerprint } = await import('../../hosts/kinds/incus/tls.js')
  const fingerprint = readFingerprint(text)
  if (fingerprint !== null) return [{ fingerprint, by: '--fingerprint' }]
  throw new Cul8erError('USAGE', `--fingerprint: found ${JSON.stringify(text)}, expected 64 hexadecimal digits`)
}

/** Bytes; a token has a few hundred. */
const MOST_TOKEN = 64 * 1024

async function tokenOf({ terminal }: Context, { token, tokenFile }: { token?: string; tokenFile?: string }) {
  if (token === undefined && tokenFile === undefined) return null
  if (token !== undefined && tokenFile !== undefined)
    throw new Cul8erError('USAGE', '--token and --token-file were given: expected one of them')
  const { readToken } = await import('../../hosts/kinds/incus/token.js')
  if (tokenFile === undefined) return readToken(token ?? '')
  const [{ readBounded }, { readRegular, Unreadable }] = await Promise.all([
    import('../../files/read-bounded.js'),
    import('../../files/read-regular.js'),
  ])
  const bytes =
    tokenFile === '-'
      ? await readBounded(terminal.stdin as unknown as AsyncIterable<Uint8Array>, MOST_TOKEN)
      : await readRegular(resolve(terminal.cwd, tokenFile), MOST_TOKEN).catch((error: unknown) => {
          throw error instanceof Unreadable ? new Cul8erError('USAGE', `${tokenFile} ${error.message}`) : error
        })
  return readToken(bytes?.toString('utf8') ?? '')
}

/** @throws Cul8erError USAGE for what is no host with an https address */
async function hostOf(context: Context, name: string, of?: string): Promise<{ name: string; address: string }> {
  if (name.includes('://')) {
    const read = readAddress(name, 'debian')
    if (read?.kind === 'incus') return { name: read.address, address: read.address }
    throw new Cul8erError('USAGE', `found ${JSON.stringify(name)}, expected an address such as https://host:8443`)
  }
  const { topology } = await topologyOfFile(context, of)
  const host = Object.hasOwn(topology.hosts, name) ? topology.hosts[name] : undefined
  if (host?.kind === 'incus') return { name, address: host.address }
  if (host !== undefined)
    throw new Cul8erError('USAGE', `host ${name} is ${host.address}: only hosts with an https address are added`)
  const known = Object.keys(topology.hosts)
  const near = nearest(name, known)
  throw new Cul8erError('USAGE', `${topology.name} has no host ${JSON.stringify(name)}; it has ${known.join(', ')}`, {
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  })
}
