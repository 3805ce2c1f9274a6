import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import type { FoundState, Renewal } from '../../client/index.js'
import type { LedgerState } from '../../contracts/index.js'
import { Cul8erError, ExitCode } from '../../errors.js'
import { agreeing } from '../../plan/found.js'
import { writePrivate } from '../../files/write-private.js'
import { newCommand, type App } from '../command.js'
import { agrees, needsConsent } from '../confirm.js'
import type { Context } from '../context.js'
import { differenceText, stateDifference } from '../render/state-difference.js'
import { table } from '../render/table.js'
import { topologyName, topologyOfFile } from '../topologies.js'
import { admits } from '../trust.js'
import { trustOption, yesOption } from './options.js'
import { plural } from '../../plural.js'

export const state = (app: App) =>
  newCommand('state', {
    summary: 'the recorded state of topologies: list, export, import, forget',
    examples: [
      ['state list', 'all topologies that were deployed'],
      ['state export shop --out shop.state', 'saves revisions and history; secrets stay sealed'],
      ['state import shop.state', 'loads them into another service'],
      ['state import --from-hosts shop', 'rebuilds what a lost home knew from the labels on the hosts'],
      ['state forget shop', 'takes a destroyed topology off the list, with its history'],
    ],
  })
    .addCommand(list(app))
    .addCommand(exportState(app))
    .addCommand(importState(app))
    .addCommand(renew(app))
    .addCommand(forget(app))

const list = (app: App) =>
  newCommand('list', {
    summary: 'all topologies that were deployed',
    examples: [['state list', 'names and revisions']],
  }).action(
    app.run((context) =>
      context.connected(async (cul8er) => {
        const states = await cul8er.states()
        const topologies = states.map(({ topology, desired, stable, attempted, current, expiresAt }) => ({
          topology,
          revision: { desired, stable, attempted },
          operation: current,
          ttl: expiresAt,
        }))
        const rows = states.map(({ topology, desired, stable, current }) => [
          topology,
          desired === null ? 'nothing deployed' : String(desired),
          stable === null ? '-' : String(stable),
          current === null ? '-' : `${current.kind} ${current.id}`,
        ])
        context.answer(
          { topologies },
          rows.length === 0
            ? 'nothing has been deployed here yet'
            : table(['topology', 'desired', 'stable', 'in progress'], rows, context.colors),
        )
        return ExitCode.done
      }),
    ),
  )

const exportState = (app: App) =>
  newCommand('export', {
    summary: 'print or save the recorded state of a topology',
    examples: [['state export shop --out shop.state', 'saves it']],
  })
    .argument('[topology]', 'name of the topology')
    .option('--out <file>', 'write it to this file instead of printing it')
    .action(
      app.run(async (context, name, { out }) => {
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          const known = await cul8er.exportState(topology)
          if (out === undefined) context.terminal.stdout.write(`${JSON.stringify(known, null, context.json ? 0 : 2)}\n`)
          else {
            await writePrivate(resolve(context.terminal.cwd, out), `${JSON.stringify(known, null, 2)}\n`)
            context.answer({ topology, file: out }, `saved in ${out}`)
          }
          return ExitCode.done
        })
      }),
    )

const importState = (app: App) =>
  newCommand('import', {
    summary: 'import an exported state',
    examples: [
      ['state import shop.state', 'from a file'],
      ['state import -', 'from standard input'],
      ['state import shop.state --yes', 'in place of what is known, without asking'],
      ['state import shop.state --trust', 'of another machine: shows what it would run, and asks'],
      ['state import --from-hosts', 'when nothing was exported: shows what it found, and asks'],
    ],
  })
    .usage('[options] <file> | --from-hosts [topology]')
    .argument('[file]', 'a file of state export, or - for standard input; with --from-hosts the topology')
    .option('--from-hosts', 'without a file: from the labels on the hosts of the topology file')
    .addOption(yesOption())
    .option('--force', 'replace even a newer state')
    .addOption(trustOption())
    .action(
      app.run(async (context, file, { yes, force, trust, fromHosts }) => {
        if (fromHosts === true) {
          if (trust === true) throw new Cul8erError('USAGE', '--trust goes with a file, not with --from-hosts')
          return rebuild(context, file, { yes, force })
        }
        if (file === undefined) {
          throw new Cul8erError('USAGE', "missing required argument 'file'", {
            hint: 'give what cul8er state export --out FILE wrote, or --from-hosts',
          })
        }
        const { state, content } = await readFrom(context, file)
        return context.connected(async (cul8er) => {
          const { topology } = state
          const topologies = state.revisions.map((each) => each.topology)
          const carried = { kind: 'exported state', content, topologies, besides: inTime(state) } as const
          if (!(await admits(context, cul8er, carried, { yes, trust }))) return ExitCode.failed
          const known = await cul8er.stateIfKnown(topology)
          const differences = known === null ? [] : stateDifference(known, state)
          if (known !== null && isReplaced(state, known)) {
            if (differences.length > 0) context.say(differenceText(differences, context.colors))
            // The ledger refuses an older one unless it is forced: there is nothing to ask.
            const refused = known.lastOperation > state.lastOperation && force !== true
            const question = `Replace the recorded state of ${topology} with the file?`
            if (!refused && !(await agrees(context, { yes }, question))) return ExitCode.failed
          }
          const { revisions, notes = [] } = await cul8er.importState(content, { force, trust })
          context.answer(
            { topology, revisions, notes, replaced: differences },
            [`${topology}: ${plural(revisions, 'revision')} loaded`, ...notes].join('\n'),
          )
          return ExitCode.done
        })
      }),
    )

/** What agrees with the file becomes the stable revision; the rest is drift, for a plan to show. */
async function rebuild(
  context: Context,
  name: string | undefined,
  { yes, force }: { yes?: boolean; force?: boolean },
): Promise<ExitCode> {
  needsConsent(context, { yes })
  const { topology: declared, directory } = await topologyOfFile(context, name)
  return context.connected(async (cul8er) => {
    const state = await cul8er.findState(declared, { directory, env: context.terminal.env, force })
    const { found } = state
    const topology = declared.name
    state.notes.forEach((note) => context.say(`${context.colors.yellow('!')} ${note}`))
    context.say(foundText(found, context))
    const agree = agreeing(found)
    const question = `Record the file as the stable revision of ${topology}? ${agree.length} of ${found.instances.length} instances agree with it`
    if (!(await agrees(context, { yes }, question))) return ExitCode.failed
    const { notes = [] } = await cul8er.rebuildState(state, { force })
    const { instances, changes } = found
    context.answer(
      { topology, instances, agree, changes, notes: [...state.notes, ...notes] },
      [
        `${topology}: rebuilt from ${plural(instances.length, 'instance')}; history, earlier revisions and a ttl are not on the hosts`,
        ...(changes.length === 0 ? [] : [`cul8er plan ${topology} shows the ${plural(changes.length, 'difference')}`]),
        ...notes,
      ].join('\n'),
    )
    return ExitCode.done
  })
}

function foundText({ instances, changes }: FoundState['found'], { colors }: Context): string {
  const differs = (name: string): string =>
    changes
      .filter((change) => change.instance === name || change.replaces === name)
      .flatMap(({ reasons }) => reasons)
      .join('; ')
  const rows = instances.map(({ name, host, role, release, revision, digest }) => [
    ...[name, host, role, release ?? '-', String(revision), digest, differs(name)],
  ])
  const known = new Set(instances.map(({ name }) => name))
  const others = changes.filter(({ instance, replaces }) => !known.has(instance) && !known.has(replaces ?? ''))
  return [
    table(['instance', 'host', 'role', 'release', 'revision', 'digest', 'differs'], rows, colors),
    ...others.map(({ action, instance, host, reasons }) => `${action} ${instance} on ${host}: ${reasons.join('; ')}`),
  ].join('\n')
}

const renew = (app: App) =>
  newCommand('renew', {
    summary: 'rewrite all recorded state, signed with the current key',
    examples: [['state renew', 'before a previous key is removed']],
  }).action(
    app.run((context) =>
      context.connected(async (cul8er) => {
        const topologies = await cul8er.renew()
        context.answer(
          { topologies },
          topologies.length === 0 ? 'nothing has been deployed here yet' : topologies.map(renewal).join('\n'),
        )
        return topologies.every(({ renewed }) => renewed) ? ExitCode.done : ExitCode.failed
      }),
    ),
  )

const forget = (app: App) =>
  newCommand('forget', {
    summary: 'forget a topology of which nothing is there any more, with its history',
    examples: [['state forget shop', 'after cul8er destroy shop, or a name that was mistyped']],
  })
    .argument('<topology>', 'name of the topology')
    .addOption(yesOption())
    .action(
      app.run(async (context, topology, { yes }) => {
        needsConsent(context, { yes })
        return context.connected(async (cul8er) => {
          const { history } = await cul8er.state(topology)
          const loses = `its history of ${plural(history.length, 'operation')}`
          if (!(await agrees(context, { yes }, `Forget ${topology}, with ${loses}?`))) return ExitCode.failed
          await cul8er.forget(topology)
          context.answer({ topology, forgotten: true }, `${topology} is forgotten`)
          return ExitCode.done
        })
      }),
    )

function renewal({ topology, renewed, after }: Renewal): string {
  if (renewed) return `${topology}: renewed`
  return after === null
    ? `${topology}: not renewed, since its ledger was terminated; the next deploy continues from it and needs the previous key`
    : `${topology}: not yet renewed; it will be after ${after}`
}

async function readFrom({ terminal }: Context, file: string): Promise<{ state: LedgerState; content: unknown }> {
  const written = await (file === '-' ? text(terminal.stdin) : readFile(resolve(terminal.cwd, file), 'utf8')).catch(
    (cause: unknown) => {
      const { code = 'EIO' } = cause as NodeJS.ErrnoException
      throw new Cul8erError('USAGE', `${file} cannot be read (${code})`, {
        hint: 'give the path of a file that cul8er state export --out FILE wrote',
        cause,
      })
    },
  )
  const { readState } = await import('../../contracts/exported-state.js')
  const { unsigned } = await import('../../client/signed-file.js')
  const content = parse(written, file)
  return { content, state: readState(unsigned(content)) }
}

function parse(content: string, file: string): unknown {
  try {
    return JSON.parse(content)
  } catch (cause) {
    throw new Cul8erError('USAGE', `${file} is not JSON`, {
      hint: 'make one with cul8er state export --out FILE',
      cause,
    })
  }
}

const inTime = ({ expiresAt, standby }: LedgerState): string[] => [
  ...(expiresAt === null ? [] : [`everything will be destroyed at ${expiresAt}, unless that has passed`]),
  ...(standby === null
    ? []
    : [`${standby.names.join(', ')}: will be removed at ${standby.until}, unless that has passed`]),
]

/** Whether something that is known would go; what was destroyed and forgotten is nothing. */
const isReplaced = (file: LedgerState, known: LedgerState): boolean =>
  known.lastOperation !== 0 && !isDeepStrictEqual(file, known)
