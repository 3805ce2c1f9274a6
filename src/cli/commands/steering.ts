import type { Steering } from '../../contracts/index.js'
import { ExitCode } from '../../errors.js'
import { newCommand, type About, type App } from '../command.js'
import type { Context } from '../context.js'
import { topologyName } from '../topologies.js'

export const promote = (app: App) =>
  newCommand('promote', {
    summary: 'move a canary to its next step now, without waiting for the pause to end',
    examples: [
      ['promote shop', 'ends the pause at this share of the traffic'],
      ['promote shop --full', 'skips all further pauses: the new version everywhere'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .option('--full', 'skip all further pauses')
    .action(app.run((context, name, { full }) => say(context, name, full === true ? 'promoteFull' : 'promote')))

export const abort = steering('abort', {
  summary: 'abort the operation in progress and undo what it did',
  examples: [['abort shop', 'the operation ends as rolled back']],
})

export const pause = steering('pause', {
  summary: 'pause the operation in progress before its next step',
  examples: [['pause shop', 'continue with cul8er resume shop']],
})

export const resume = steering('resume', {
  summary: 'resume a paused operation',
  examples: [['resume shop', 'ends a pause']],
})

function steering(action: Steering, about: About) {
  return (app: App) =>
    newCommand(action, about)
      .argument('[topology]', 'name of the topology')
      .action(app.run((context, name) => say(context, name, action)))
}

async function say(context: Context, name: string | undefined, action: Steering): Promise<ExitCode> {
  const topology = await topologyName(context, name)
  return context.connected(async (cul8er) => {
    const { operation, accepted } = await cul8er.steer(topology, action)
    context.answer(
      { topology, operation, accepted },
      `${operation} of ${topology}: ${accepted === 'promoteFull' ? 'promote --full' : accepted} accepted`,
    )
    return ExitCode.done
  })
}
