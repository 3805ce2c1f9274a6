import { Cul8erError, ExitCode, messageOf } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import { due } from '../render/duration.js'
import { topologyName } from '../topologies.js'
import { duration } from './options.js'

export const ttl = (app: App) =>
  newCommand('ttl', {
    summary: 'destroy the topology automatically after a time',
    examples: [
      ['ttl set shop 24h', 'destroys shop a day from now'],
      ['ttl clear shop', 'keeps it'],
    ],
  })
    .addCommand(set(app))
    .addCommand(clear(app))

const set = (app: App) =>
  newCommand('set', {
    summary: 'destroy the topology after a time',
    examples: [['ttl set shop 24h', 'a day from now']],
  })
    .usage('[options] [topology] <duration>')
    .argument('<duration...>', 'such as 24h, after the name of the topology where the file has several')
    .action(
      app.run(async (context, words) => {
        const [last = '', name, ...more] = [...words].reverse()
        if (more.length > 0)
          throw new Cul8erError('USAGE', 'ttl set takes a topology and a duration', { hint: 'cul8er ttl set shop 24h' })
        return write(context, name, readDuration(last))
      }),
    )

const clear = (app: App) =>
  newCommand('clear', { summary: 'never destroy it automatically', examples: [['ttl clear shop', 'keeps shop']] })
    .argument('[topology]', 'name of the topology')
    .action(app.run((context, name) => write(context, name, null)))

async function write(context: Context, name: string | undefined, ttlMs: number | null): Promise<ExitCode> {
  const topology = await topologyName(context, name)
  return context.connected(async (cul8er) => {
    const { expiresAt } = await cul8er.setTtl(topology, ttlMs)
    context.answer(
      { topology, ttl: expiresAt },
      expiresAt === null
        ? `${topology} stays until it is destroyed`
        : `${topology} will be destroyed ${due(expiresAt)}`,
    )
    return ExitCode.done
  })
}

function readDuration(text: string): number {
  try {
    return duration(text)
  } catch (error) {
    throw new Cul8erError('USAGE', `${JSON.stringify(text)}: ${messageOf(error)}`)
  }
}
