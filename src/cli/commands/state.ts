import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import type { Cul8er, Renewal } from '../../client/index.js'
import type { LedgerState } from '../../contracts/index.js'
import { Cul8erError, ExitCode } from '../../errors.js'
import { writePrivate } from '../../files/write-private.js'
import { newCommand, type App } from '../command.js'
import { agrees } from '../confirm.js'
import type { Context } from '../context.js'
import { table } from '../render/table.js'
import { topologyName } from '../topologies.js'
import { admits } from '../trust.js'
import { trustOption, yesOption } from './options.js'

export const state = (app: App) =>
  newCommand('state', {
    summary: 'what is known of topologies: list, save, load',
    examples: [
      ['state list', 'all topologies that were deployed'],
      ['state export shop --out shop.state', 'saves revisions and history; secrets stay sealed'],
      ['state import shop.state', 'loads them into another service'],
    ],
  })
    .addCommand(list(app))
    .addCommand(exportState(app))
    .addCommand(importState(app))
    .addCommand(renew(app))

const list = (app: App) =>
  newCommand('list', {
    summary: 'all topologies that were deployed',
    examples: [['state list', 'names and revisions']],
  }).action(
    app.run((context) =>
      context.connected(async (cul8er) => {
        const states = await Promise.all((await cul8er.topologies()).map((name) => cul8er.state(name)))
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
            ? 'nothing was ever deployed here'
            : table(['topology', 'desired', 'stable', 'in progress'], rows, context.colours),
        )
        return ExitCode.done
      }),
    ),
  )

const exportState = (app: App) =>
  newCommand('export', {
    summary: 'print or save all that is known of a topology',
    examples: [['state export shop --out shop.state', 'saves it']],
  })
    .argument('[topology]', 'name of the topology')
    .option('--out <file>', 'write it there instead of printing it')
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
    summary: 'load what was exported',
    examples: [
      ['state import shop.state', 'from a file'],
      ['state import -', 'from standard input'],
      ['state import shop.state --yes', 'in place of what is known, without asking'],
      ['state import shop.state --trust', 'of another machine: shows what it would run, and asks'],
    ],
  })
    .argument('<file>', 'a file of state export, or - for standard input')
    .addOption(yesOption())
    .option('--force', 'also in place of a newer state')
    .addOption(trustOption())
    .action(
      app.run(async (context, file, { yes, force, trust }) => {
        const { state, content } = await readFrom(context, file)
        return context.connected(async (cul8er) => {
          const { topology } = state
          const topologies = state.revisions.map((each) => each.topology)
          const carried = { kind: 'exported state', content, topologies, besides: inTime(state) } as const
          if (!(await admits(context, cul8er, carried, { yes, trust }))) return ExitCode.failed
          const question = replaces(state, await knownState(cul8er, topology))
          if (question !== null && !(await agrees(context, { yes }, question))) return ExitCode.failed
          const { revisions, notes = [] } = await cul8er.importState(content, { force, trust })
          context.answer(
            { topology, revisions, notes },
            [`${topology}: ${count(revisions, 'revision')} loaded`, ...notes].join('\n'),
          )
          return ExitCode.done
        })
      }),
    )

const renew = (app: App) =>
  newCommand('renew', {
    summary: 'write all that is known anew, signed with the present key',
    examples: [['state renew', 'before a former key is taken away']],
  }).action(
    app.run((context) =>
      context.connected(async (cul8er) => {
        const topologies = await cul8er.renew()
        context.answer(
          { topologies },
          topologies.length === 0 ? 'nothing was ever deployed here' : topologies.map(renewal).join('\n'),
        )
        return topologies.every(({ renewed }) => renewed) ? ExitCode.done : ExitCode.failed
      }),
    ),
  )

function renewal({ topology, renewed, after }: Renewal): string {
  if (renewed) return `${topology}: renewed`
  return after === null
    ? `${topology}: not renewed, since its ledger was terminated; the next deploy goes on from it, and needs the former key`
    : `${topology}: not yet, it will be after ${after}`
}

async function readFrom({ terminal }: Context, file: string): Promise<{ state: LedgerState; content: unknown }> {
  const written = await (file === '-' ? text(terminal.stdin) : readFile(resolve(terminal.cwd, file), 'utf8')).catch(
    (cause: unknown) => {
      const { code = 'EIO' } = cause as NodeJS.ErrnoException
      throw new Cul8erError('USAGE', `${file} cannot be read (${code})`, {
        hint: 'give the path of what cul8er state export --out FILE wrote',
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

async function knownState(cul8er: Cul8er, topology: string): Promise<LedgerState | null> {
  try {
    return await cul8er.state(topology)
  } catch (error) {
    if (error instanceof Cul8erError && error.code === 'UNKNOWN_TOPOLOGY') return null
    throw error
  }
}

const inTime = ({ expiresAt, standby }: LedgerState): string[] => [
  ...(expiresAt === null ? [] : [`all is destroyed by itself at ${expiresAt}, unless that has passed`]),
  ...(standby === null ? [] : [`${standby.names.join(', ')}: removed at ${standby.until}, unless that has passed`]),
]

/** What a person is asked before something that is known is replaced; null: nothing is. */
function replaces(file: LedgerState, known: LedgerState | null): string | null {
  if (known === null || known.lastOperation === 0 || isDeepStrictEqual(file, known)) return null
  const words = ({ lastOperation, desired }: LedgerState): string =>
    `operation ${lastOperation}, ${desired === null ? 'nothing deployed' : `revision ${desired}`}`
  return `Replace what is known of ${file.topology} (${words(known)}) with the file (${words(file)})?`
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
