import type { Cul8er, MovesPlan, Run } from '../../client/index.js'
import type { Cordoned, HostRow, OperationResult } from '../../contracts/index.js'
import { Cul8erError, ExitCode, withHint } from '../../errors.js'
import type { Change } from '../../plan/model.js'
import { plural } from '../../plural.js'
import type { Host, Topology } from '../../topology/model.js'
import { durationWords } from '../../topology/units.js'
import { tellBegun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import type { Context } from '../context.js'
import { downTimes, type DownTime } from '../down-times.js'
import { exitOfResult } from '../exit.js'
import { followed, saysWait } from '../follow.js'
import { oneHost, withHosts } from '../hosts-meant.js'
import { planText } from '../render/plan.js'
import { detachOption, forceOption, reasonOption, waitOption, yesOption } from './options.js'

export const drain = (app: App) =>
  newCommand('drain', {
    summary: 'cordon a host and move its instances to others, those that hold data with it',
    examples: [
      ['hosts drain web', 'shows what moves where, asks, cordons web and empties it'],
      ["hosts drain web --reason 'new disk' --yes", 'without asking'],
      ['hosts drain web --force', 'leaves on web what cannot move, such as what may be nowhere else'],
      ['hosts drain web --dry-run', 'prints each Incus command that would run'],
    ],
  })
    .argument('<host>', 'name of a host')
    .argument('[topology]', 'name of the topology')
    .addOption(reasonOption())
    .option('--dry-run', 'print each Incus command instead of running it')
    .addOption(forceOption())
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .action(
      app.run(async (context, name, topology, { reason, dryRun = false, force = false, yes, detach = false, wait }) => {
        if (!dryRun) needsConsent(context, { yes })
        return withHosts(context, topology, async (cul8er, all) => {
          const { topologies, ...meant } = await oneHost(all, name)
          const row = await answering(cul8er, meant)
          const parts = await partsOf(cul8er, { ...meant, topologies, force, dryRun })
          const others = othersOn(row, parts)
          show(context, name, { parts, others })
          if (dryRun) return dry(context, name, { parts, others })
          if (!(await agrees(context, { yes }, `Cordon ${name} and empty it?`))) return ExitCode.failed
          const cordoned = await cul8er.cordon(meant, reason === undefined ? {} : { reason })
          const ends: End[] = []
          for (const part of parts) {
            const how = { force, wait, waiting: saysWait(context), detach, planned: yes !== true }
            ends.push(await empty(context, cul8er, part, how).catch(stillCordoned(name)))
          }
          const [now] = await cul8er.hosts({ [name]: meant.host })
          return ended(context, name, { cordoned, ends, others, left: now?.instances?.topologies ?? {} })
        })
      }),
    )

/** One topology that is deployed with the host, and what would move. */
interface Part extends MovesPlan {
  topology: string
  /** What the topology as deployed calls the host. */
  hosts: string[]
}

/** Instances of topologies that are left alone, by topology. */
type Others = Record<string, number>

type End = (OperationResult | { topology: string; operation: string | null; detached?: true }) & {
  changes: Change[]
  /** What holds data and was moved; absent: nothing was. */
  moved?: DownTime[]
}

/** @throws Cul8erError as the host does not answer: what is there can be neither seen nor moved */
async function answering(cul8er: Cul8er, { name, host }: { name: string; host: Host }): Promise<HostRow> {
  const [row] = await cul8er.hosts({ [name]: host })
  if (row?.error === undefined) return row as HostRow
  const gone = `a host that is gone is not drained: cul8er deploy --without ${name} starts elsewhere what was there`
  throw withHint(row.error, gone, { host: name })
}

/** A plan for each topology of the file that is deployed: where one cannot be emptied, nothing is touched. */
async function partsOf(
  cul8er: Cul8er,
  {
    name,
    host,
    topologies,
    ...options
  }: { name: string; host: Host; topologies: readonly Topology[]; force: boolean; dryRun: boolean },
): Promise<Part[]> {
  const { machineOf } = await import('../../topology/hosts.js')
  const parts: Part[] = []
  for (const { name: topology } of topologies) {
    const state = await cul8er.stateIfKnown(topology)
    if (state === null || state.desired === null) continue
    const deployed = (await cul8er.deployed(topology)).hosts
    const hosts = Object.keys(deployed).filter(
      (each) => machineOf(each, deployed[each] ?? host) === machineOf(name, host),
    )
    if (hosts.length === 0) continue
    parts.push({ topology, hosts, ...(await cul8er.planMoves(topology, { off: hosts }, options)) })
  }
  return parts
}

const othersOn = ({ instances }: HostRow, parts: readonly Part[]): Others =>
  Object.fromEntries(
    Object.entries(instances?.topologies ?? {}).filter(([name]) => parts.every(({ topology }) => topology !== name)),
  )

function show(context: Context, host: string, { parts, others }: { parts: readonly Part[]; others: Others }): void {
  const { colors } = context
  for (const { plan } of parts) context.tell(planText(plan, colors, context.columns))
  if (parts.length === 0) context.tell(`${colors.green('✔')} ${host} has nothing of the topologies of the file`)
  for (const [topology, count] of Object.entries(others)) {
    context.tell(
      `${colors.yellow('!')} ${plural(count, 'instance')} of ${topology}, which the file does not name, ${count === 1 ? 'stays' : 'stay'} on ${host}; cul8er hosts drain ${host} ${topology} moves what was deployed from here`,
    )
  }
}

async function dry(
  context: Context,
  host: string,
  { parts, others }: { parts: readonly Part[]; others: Others },
): Promise<ExitCode> {
  const { dryLines, dryObject } = await import('../render/dry-run.js')
  const commands = parts.flatMap((part) => part.commands)
  context.answer(
    {
      host,
      dryRun: true,
      topologies: parts.map(({ topology, plan, commands: own }) => ({
        ...{ topology, changes: plan.changes, notes: plan.notes },
        commands: own.map(dryObject),
      })),
      others,
    },
    dryLines(commands, context.colors).join('\n'),
  )
  return ExitCode.done
}

interface How {
  force: boolean
  wait: boolean | undefined
  waiting: (reason: Cul8erError) => void
  detach: boolean
  /** A person has agreed to the plan: it is carried out as it is, or not at all. */
  planned: boolean
}

async function empty(
  context: Context,
  cul8er: Cul8er,
  { topology, hosts, plan }: Part,
  { detach, planned, force, wait, waiting }: How,
): Promise<End> {
  const { changes } = plan
  if (plan.empty) return { topology, operation: null, changes }
  const start = { force, waiting, ...(wait === undefined ? {} : { wait }) }
  const run = await cul8er.drain(topology, hosts, {
    ...start,
    ...(planned ? { fingerprint: plan.fingerprint } : {}),
  })
  tellBegun(context, cul8er, run)
  const result = detach ? null : await followed(context, run, { planShown: true })
  if (result === null) return letGo(run, changes)
  const moved = downTimes(changes, result.steps)
  return { ...result, changes, ...(moved.length === 0 ? {} : { moved }) }
}

/** Whoever is refused by now would not know it. */
const stillCordoned =
  (host: string) =>
  (error: unknown): never => {
    if (!(error instanceof Cul8erError)) throw error
    const { code, message, hint, details } = error
    const cordoned = `${host} is cordoned, and not drained`
    throw new Cul8erError(code, message, {
      hint: hint === undefined ? cordoned : `${cordoned}; ${hint}`,
      details,
      cause: error,
    })
  }

const letGo = ({ topology, operation }: Run, changes: Change[]): End => ({
  topology,
  operation,
  detached: true,
  changes,
})

function ended(
  context: Context,
  host: string,
  {
    cordoned: { cordoned },
    ends,
    others,
    left,
  }: { cordoned: Cordoned; ends: readonly End[]; others: Others; left: Record<string, number> },
): ExitCode {
  const { colors } = context
  const exits = ends.map((end) => ('outcome' in end ? exitOfResult(end) : ExitCode.done))
  const exit = exits.find((each) => each !== ExitCode.done) ?? ExitCode.done
  const goesOn = ends.filter((end) => 'detached' in end)
  const lines = [
    ...ends.flatMap(({ moved = [] }) =>
      moved.map(
        ({ instance, host: to, downMs }) =>
          `${colors.green('✔')} ${colors.bold(instance)} is on ${to} with its data; it was down for ${durationWords(downMs)}`,
      ),
    ),
    ...goesOn.map(
      ({ topology, operation }) =>
        `${operation} of ${topology} continues in the background\n${colors.cyan('→')} follow it: cul8er attach ${topology}`,
    ),
    exit === ExitCode.done && goesOn.length === 0 && Object.keys(left).length === 0
      ? `${colors.green('✔')} ${colors.bold(host)} is cordoned and drained; cul8er hosts uncordon ${host} once it may be used again`
      : `${colors.yellow('!')} ${colors.bold(host)} is cordoned${leftWords(left)}; cul8er hosts uncordon ${host} ends that`,
  ]
  context.answer({ host, cordoned, topologies: ends, others, left }, lines.join('\n'))
  return exit
}

/** Whoever is about to switch it off has to know. */
const leftWords = (left: Record<string, number>): string =>
  Object.keys(left).length === 0
    ? ''
    : `, and still has ${Object.entries(left)
        .map(([topology, count]) => `${plural(count, 'instance')} of ${topology}`)
        .join(', ')}`
