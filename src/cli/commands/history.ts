import type { Cul8er } from '../../client/index.js'
import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import { historyTable, operationObject, operationText } from '../render/history.js'
import { topologiesIfAny, topologyName } from '../topologies.js'
import { operationNumber, readOperation } from './options.js'

export const history = (app: App) =>
  newCommand('history', {
    summary: 'operations with their outcome, newest last; or one of them, with its steps',
    examples: [
      ['history shop', 'shows what was done, by whom, and how it ended'],
      ['history shop op-5', 'shows the steps of op-5, and what went wrong'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .argument('[operation]', 'one operation: op-5', operationNumber)
    .action(
      app.run(async (context, first, second) => {
        const { name, operation } = await meant(context, first, second)
        const topology = await topologyName(context, name)
        return context.connected((cul8er) =>
          operation === undefined ? showAll(context, cul8er, topology) : showOne(context, cul8er, topology, operation),
        )
      }),
    )

/** A single word may be an operation of the only topology of the file. */
async function meant(
  context: Context,
  first: string | undefined,
  second: number | undefined,
): Promise<{ name?: string; operation?: number }> {
  const operation = first === undefined || second !== undefined ? null : readOperation(first)
  if (operation === null) return { name: first, operation: second }
  const inFile = (await topologiesIfAny(context)).some(({ name }) => name === first)
  return inFile ? { name: first } : { operation }
}

async function showAll(context: Context, cul8er: Cul8er, topology: string): Promise<ExitCode> {
  const { history: operations, current, revisions } = await cul8er.state(topology)
  const numbers = revisions.map(({ number, createdAt }) => ({ number, createdAt }))
  context.answer(
    { topology, operations, current, revisions: numbers },
    operations.length === 0 ? 'no operation has ended yet' : historyTable(operations, context.colors),
  )
  return ExitCode.done
}

async function showOne(context: Context, cul8er: Cul8er, topology: string, operation: number): Promise<ExitCode> {
  const past = await cul8er.operation(topology, operation)
  context.answer(operationObject(past), operationText(past, context))
  return ExitCode.done
}
