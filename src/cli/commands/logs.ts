import { Cul8erError, ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import { topologiesIfAny, topologyName } from '../topologies.js'
import { operationNumber, positive } from './options.js'

export const logs = (app: App) =>
  newCommand('logs', {
    summary: 'show the logs of the apps',
    examples: [
      ['logs shop app', 'the last lines of each instance of app'],
      ['logs app --follow', 'of the only topology of the file, and new lines as they come'],
      ['logs shop --operation op-1', 'of the instances removed when op-1 was undone'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .argument('[resource]', 'a resource or one of its instances')
    .option('--follow', 'keep printing new lines until Ctrl-C')
    .option(
      '-n, --lines <count>',
      'last lines of each instance (default: 100; with --operation all that are kept)',
      positive,
    )
    .option(
      '--operation <operation>',
      'of the instances that this operation removed when it was undone: op-5, or 5',
      operationNumber,
    )
    .action(
      app.run(async (context, first, second, { follow, lines, operation }) => {
        if (follow === true && operation !== undefined) {
          throw new Cul8erError(
            'USAGE',
            '--follow and --operation cannot be combined: removed instances log nothing more',
          )
        }
        const { topology, of } = await meant(context, first, second)
        const stop = new AbortController()
        process.once('SIGINT', () => stop.abort())
        const found: { instance: string; line: string }[] = []
        await context.connected(async (cul8er) => {
          const each = (entry: { instance: string; line: string }): void => {
            if (context.json && follow !== true) found.push(entry)
            else if (context.json) context.terminal.stdout.write(`${JSON.stringify(entry)}\n`)
            else context.terminal.stdout.write(`${context.colors.dim(`${entry.instance} |`)} ${entry.line}\n`)
          }
          const remark = (text: string): void =>
            void context.terminal.stderr.write(`${context.colors.yellow('!')} ${text}\n`)
          await cul8er.logs(topology, { of, lines, follow, operation, remark, signal: stop.signal }, each)
        })
        if (follow !== true) context.answer({ topology, lines: found }, '')
        return ExitCode.done
      }),
    )

/** One word is a topology if there is one of that name, else a resource of the only topology of the file. */
async function meant(context: Context, first?: string, second?: string): Promise<{ topology: string; of?: string }> {
  if (first === undefined || second !== undefined) return { topology: await topologyName(context, first), of: second }
  const inFile = (await topologiesIfAny(context)).map(({ name }) => name)
  return inFile.length === 0 || inFile.includes(first)
    ? { topology: first }
    : { topology: await topologyName(context), of: first }
}
