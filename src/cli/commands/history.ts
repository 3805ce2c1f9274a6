import type { HistoryEntry } from '../../contracts/index.js'
import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Palette } from '../palette.js'
import { humanDuration } from '../render/duration.js'
import { table } from '../render/table.js'
import { topologyName } from '../topologies.js'

export const history = (app: App) =>
  newCommand('history', {
    summary: 'operations with their outcome, newest last',
    examples: [['history shop', 'shows what was done, and how it ended']],
  })
    .argument('[topology]', 'name of the topology')
    .action(
      app.run(async (context, name) => {
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          const { history: operations, current, revisions } = await cul8er.state(topology)
          const numbers = revisions.map(({ number, createdAt }) => ({ number, createdAt }))
          context.answer(
            { topology, operations, current, revisions: numbers },
            operations.length === 0 ? 'no operation has ended yet' : historyTable(operations, context.colours),
          )
          return ExitCode.done
        })
      }),
    )

const historyTable = (operations: HistoryEntry[], colours: Palette): string =>
  table(
    ['operation', 'kind', 'revision', 'outcome', 'started', 'took', 'error'],
    operations.map(({ operation, kind, revision, outcome, startedAt, endedAt, error }) => [
      operation,
      kind,
      String(revision),
      outcome === 'succeeded' ? colours.green(`✔ ${outcome}`) : colours.red(`✘ ${outcome}`),
      startedAt.slice(0, 19).replace('T', ' '),
      humanDuration(Date.parse(endedAt) - Date.parse(startedAt)),
      error?.message ?? '',
    ]),
    colours,
  )
