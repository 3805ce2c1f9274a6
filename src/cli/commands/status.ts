import { setTimeout as sleep } from 'node:timers/promises'
import type { Cul8er, Status } from '../../client/index.js'
import { needsPerson } from '../../client/status.js'
import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import { Live } from '../live.js'
import { statusText } from '../render/status.js'
import { topologyName } from '../topologies.js'
import { duration } from './options.js'

/** ms between two looks. */
const LOOK_MS = 1_000

export const status = (app: App) =>
  newCommand('status', {
    summary:
      'show the desired, stable and actual state; exit code 1 when something is not healthy or an operation needs attention',
    examples: [
      ['status shop', 'shows each instance'],
      ['status shop --watch', 'refreshes it until Ctrl-C'],
      ['status shop --timeout 2m', 'waits until all is healthy, two minutes at most'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .option('--watch', 'refresh until Ctrl-C')
    .option(
      '--timeout <duration>',
      'wait until everything is healthy and no operation is in progress, at most this long',
      duration,
    )
    .action(
      app.run(async (context, name, { watch, timeout }) => {
        const topology = await topologyName(context, name)
        return context.connected(async (cul8er) => {
          const last = await (watch === true || timeout !== undefined
            ? watched(context, cul8er, topology, { show: watch === true, timeout })
            : cul8er.status(topology))
          context.answer(last, statusText(last, context.colors))
          return last.healthy && !needsPerson(last) ? ExitCode.done : ExitCode.failed
        })
      }),
    )

async function watched(
  context: Context,
  cul8er: Cul8er,
  topology: string,
  { show, timeout }: { show: boolean; timeout?: number },
): Promise<Status> {
  const deadline = Date.now() + (timeout ?? Number.POSITIVE_INFINITY)
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once('SIGINT', interrupt)
  const live = new Live(context.screen)
  try {
    for (;;) {
      const now = await cul8er.status(topology)
      const settled = timeout !== undefined && now.healthy && now.operation === null
      if (settled || Date.now() >= deadline || stop.signal.aborted) return now
      if (show && context.progress.isTTY === true) live.draw(statusText(now, context.colors).split('\n'))
      await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  } finally {
    live.clear()
    process.removeListener('SIGINT', interrupt)
  }
}
