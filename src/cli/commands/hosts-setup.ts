import { homedir } from 'node:os'
import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { HostChecks } from '../../contracts/index.js'
import { ExitCode, isCode, messageOf } from '../../errors.js'
import type { Executors } from '../../hosts/executors.js'
import type { SshHost } from '../../hosts/ssh/executor.js'
import type { DoneStep } from '../../host-setup/carry-out.js'
import type { Host, Platform, Topology } from '../../topology/model.js'
import { newCommand, type App } from '../command.js'
import { agrees } from '../confirm.js'
import type { Context } from '../context.js'
import { madeHome } from '../home.js'
import { hostNamed } from '../host-named.js'
import { checksText } from '../render/checks.js'
import { commandLines, foundText, stepsText } from '../render/host-setup.js'
import { humanDuration } from '../render/duration.js'
import { topologyOfFile } from '../topologies.js'
import { yesOption } from './options.js'

export const setup = (app: App) =>
  newCommand('setup', {
    summary: 'install Incus on a fresh Debian, Ubuntu or Arch host over SSH, with a pool, a bridge and a profile',
    examples: [
      ['hosts setup web', 'shows what it found and what it would do, and asks; a second time does nothing'],
      ['hosts setup root@10.0.0.5 --dry-run', 'a host of no topology; only shows it'],
    ],
  })
    .argument('<host>', 'name of a host of the file, or user@host[:port]')
    .argument('[topology]', 'name of the topology')
    .addOption(new Option('--storage <kind>', 'kind of the storage pool that is made').choices(STORAGE).default('dir'))
    .option('--subnet <address/length>', 'of the bridge that is made, such as 10.85.0.1/24 (default: a free one)')
    .option('--bridge <name>', 'name of the bridge that is made', bridgeName, 'incusbr0')
    .option('--dry-run', 'only show what it found and each program that would run')
    .addOption(yesOption())
    .action(
      app.run(async (context, name, topologyName, options) => {
        const host = await hostNamed(context, name, topologyName)
        const topology = name.includes('@') ? null : (await topologyOfFile(context, topologyName)).topology
        const [{ sshMachine }, { probe, rootOf }, { setupPlan }, { carryOutSetup }, { distributionOf }, settings] =
          await Promise.all([
            import('../../hosts/ssh/machine.js'),
            import('../../host-setup/probe.js'),
            import('../../host-setup/plan.js'),
            import('../../host-setup/carry-out.js'),
            import('../../host-setup/distributions/registry.js'),
            settingsOf(context),
          ])
        const machine = sshMachine(host, settings)
        try {
          const [facts, others] = await Promise.all([probe(machine), othersOf(context, host, topology)])
          const { storage, subnet = null, bridge } = options
          const vms = Object.values(topology?.resources ?? {}).some(
            (each) => each.type === 'vm' && each.on.includes(name),
          )
          const place = topology === null ? 0 : Math.max(0, Object.keys(topology.hosts).indexOf(name))
          const plan = setupPlan(facts, { storage, subnet, bridge, vms, place, others: others.subnets })
          const notes = [...plan.notes, ...others.notes]
          const platform = distributionOf(facts.os)?.platform ?? 'debian'
          const answer = { host: name, address: host.address, os: facts.os.name, notes }
          context.tell(foundText(host.name, facts, context.colors))
          for (const note of notes) context.tell(`${context.colors.yellow('!')} ${note}`)
          if (options.dryRun === true) {
            const steps = plan.steps.map((step) => ({ ...shown(step), commands: commandLines(step) }))
            context.answer(
              { ...answer, dryRun: true, steps },
              stepsText(plan.steps, context.colors, { commands: true }),
            )
            return ExitCode.done
          }
          const steps: DoneStep[] = []
          if (plan.steps.length > 0) {
            context.say(stepsText(plan.steps, context.colors, { commands: false }))
            if (!(await agrees(context, options, `Do this on ${host.name}?`))) return ExitCode.failed
            const done = await carryOutSetup(rootOf(machine, facts.root), plan.steps, {
              begins: ({ words }) => context.say(`${context.colors.cyan('▶')} ${words}`),
              done: ({ words, durationMs }) =>
                context.say(
                  `${context.colors.green('✔')} ${words} ${context.colors.dim(`(${humanDuration(durationMs)})`)}`,
                ),
            })
            steps.push(...done)
          }
          const checks = await checked(context, host.address, { name, topology, platform })
          const ok = checks.checks.every(({ outcome }) => outcome !== 'failure')
          context.answer(
            { ...answer, dryRun: false, ok, steps, checks: checks.checks },
            [
              ...(steps.length === 0 ? [`${host.name} is set up already`] : []),
              checksText(checks.checks, context.colors, Math.max(...checks.checks.map((each) => each.name.length))),
            ].join('\n'),
          )
          return ok ? ExitCode.done : ExitCode.failed
        } finally {
          await machine.close()
        }
      }),
    )

const STORAGE = ['dir', 'btrfs', 'zfs'] as const

const shown = ({ name, words }: { name: string; words: string }) => ({ name, words })

/** As the kernel has them: 15 characters. */
function bridgeName(text: string): string {
  if (/^[a-z][a-z0-9-]{0,14}$/.test(text)) return text
  throw new InvalidArgumentError("expected a name such as 'incusbr0', of 15 characters at most")
}

async function settingsOf(context: Context): Promise<{ knownHosts: string; env: NodeJS.ProcessEnv; home: string }> {
  const { env } = context.terminal
  const [home, { ownKnownHosts }] = await Promise.all([madeHome(context), import('../../hosts/ssh/own-known-hosts.js')])
  return { knownHosts: ownKnownHosts(home), env, home: env.HOME || homedir() }
}

/** ms for another host to say which subnets it has. */
const ANSWER_MS = 10_000

/** Subnets of the bridges of the topology's other hosts; a note for each that does not say. */
async function othersOf(
  { terminal }: Context,
  { name: own }: SshHost,
  topology: Topology | null,
): Promise<{ subnets: Record<string, string[]>; notes: string[] }> {
  // Those of another site are not to be reached from here, and their addresses are their own.
  const site = topology?.hosts[own]?.site
  const others = Object.entries(topology?.hosts ?? {}).filter(
    ([name, host]) => name !== own && host.kind !== 'emulated' && host.site === site,
  )
  if (others.length === 0) return { subnets: {}, notes: [] }
  const [{ createExecutors }, { hostNetworks, parseNetworks }, { serviceHome }] = await Promise.all([
    import('../../hosts/executors.js'),
    import('../../incus/index.js'),
    import('../../service/paths.js'),
  ])
  const executors: Executors = createExecutors({ home: serviceHome(terminal.env) })
  const notes: string[] = []
  const look = async ([name, host]: (typeof others)[number]): Promise<[string, string[]]> => {
    try {
      const { stdout } = await executors.executorFor(name, host).run(hostNetworks(), { timeoutMs: ANSWER_MS })
      const subnets = parseNetworks(stdout).flatMap(({ managed, config }) =>
        managed && config['ipv4.address'] !== undefined ? [config['ipv4.address']] : [],
      )
      return [name, subnets]
    } catch (error) {
      const why = isCode(error, 'UNREACHABLE') && /not installed/.test(error.message) ? null : messageOf(error)
      if (why !== null) notes.push(`host ${name} does not say which subnet it has, so it may be the same one: ${why}`)
      return [name, []]
    }
  }
  try {
    return { subnets: Object.fromEntries(await Promise.all(others.map(look))), notes }
  } finally {
    await executors.close()
  }
}

/** What `hosts check` says of the host. */
async function checked(
  context: Context,
  address: string,
  { name, topology, platform }: { name: string; topology: Topology | null; platform: Platform },
): Promise<HostChecks> {
  const host: Host = topology?.hosts[name] ?? { address, kind: 'ssh', platform, credentials: null }
  const topologies = topology === null ? [] : [topology]
  const [found] = await context.connected((cul8er) => cul8er.checkHosts({ [name]: host }, topologies))
  return found ?? { host: name, checks: [] }
}
