import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { LedgerState } from '../../contracts/index.js'
import { Cul8erError, ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import { table } from '../render/table.js'
import { topologyName } from '../topologies.js'

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
          const known = await cul8er.state(topology)
          if (out === undefined) context.terminal.stdout.write(`${JSON.stringify(known, null, context.json ? 0 : 2)}\n`)
          else {
            await writeFile(resolve(context.terminal.cwd, out), `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 })
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
    ],
  })
    .argument('<file>', 'a file of state export, or - for standard input')
    .option('--yes', 'accepted for scripts; loading asks nothing')
    .action(
      app.run(async (context, file) => {
        const known = await readState(context, file)
        return context.connected(async (cul8er) => {
          const { revisions } = await cul8er.importState(known)
          const { topology } = known
          context.answer({ topology, revisions }, `${topology}: ${revisions} revisions loaded`)
          return ExitCode.done
        })
      }),
    )

async function readState({ terminal }: Context, file: string): Promise<LedgerState> {
  const content = await (file === '-' ? text(terminal.stdin) : readFile(resolve(terminal.cwd, file), 'utf8')).catch(
    (cause: unknown) => {
      throw new Cul8erError('USAGE', `${file} cannot be read`, { cause })
    },
  )
  const known = parse(content)
  if (typeof known?.topology === 'string' && Array.isArray(known.revisions)) return known
  throw new Cul8erError('USAGE', `${file} holds no exported state`, {
    hint: 'make one with cul8er state export --out FILE',
  })
}

function parse(content: string): LedgerState | null {
  try {
    return JSON.parse(content) as LedgerState | null
  } catch {
    return null
  }
}
