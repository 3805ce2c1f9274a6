import { Cul8erError, ExitCode } from '../../errors.js'
import type { LogLine } from '../../client/index.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import type { Palette } from '../palette.js'
import { moment } from '../render/duration.js'
import { topologiesIfAny, topologyName } from '../topologies.js'
import { operationNumber, positive } from './options.js'
import { since } from './since.js'

export const logs = (app: App) =>
  newCommand('logs', {
    summary: 'show the logs of the apps',
    examples: [
      ['logs shop app', 'the last lines of each instance of app'],
      ['logs app --follow', 'of the only topology of the file, and new lines as they come'],
      ['logs shop --since 10m --timestamps', 'of the last ten minutes, with the time of each line'],
      ['logs shop app --previous', 'of the run before the present one, to see why it ended'],
      ['logs shop --operation op-1', 'of the instances removed when op-1 was undone'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .argument('[resource]', 'a resource or one of its instances')
    .option('--follow', 'keep printing new lines until Ctrl-C')
    .option(
      '-n, --lines <count>',
      'last lines of each instance (default: 100; with --since and --operation all that there are)',
      positive,
    )
    .option('--since <time>', "only lines since then: '10m' ago, '14:30', or a date with a time", (text) => since(text))
    .option('--timestamps', 'the time of each line before it')
    .option('--previous', 'of the previous run of each app, and of what the last operation removed')
    .option(
      '--operation <operation>',
      'of the instances that this operation removed when it was undone: op-5, or 5',
      operationNumber,
    )
    .action(
      app.run(async (context, first, second, { operation, ...options }) => {
        const { follow, lines, previous, timestamps } = options
        refuseTogether({ follow, operation, previous })
        const { topology, of } = await meant(context, first, second)
        const stop = new AbortController()
        process.once('SIGINT', () => stop.abort())
        const found: LogLine[] = []
        await context.connected(async (cul8er) => {
          const each = (entry: LogLine): void => {
            if (context.json && follow !== true) found.push(entry)
            else if (context.json) context.terminal.stdout.write(`${JSON.stringify(entry)}\n`)
            else context.terminal.stdout.write(`${lineText(entry, context.colors)}\n`)
          }
          const remark = (text: string): void =>
            void context.terminal.stderr.write(`${context.colors.yellow('!')} ${text}\n`)
          const asked = { lines, follow, operation, previous, timestamps, since: options.since }
          await cul8er.logs(topology, { ...asked, of, remark, signal: stop.signal }, each)
        })
        if (follow !== true) context.answer({ topology, lines: found }, '')
        return ExitCode.done
      }),
    )

/** Pairs of options of which one makes the other senseless. */
function refuseTogether(given: { follow?: true; operation?: number; previous?: true }): void {
  const reasons = [
    ['follow', 'operation', 'removed instances log nothing more'],
    ['follow', 'previous', 'a previous run logs nothing more'],
    ['operation', 'previous', 'the one names the operation that removed instances, the other takes the last'],
  ] as const
  for (const [one, other, why] of reasons) {
    if (given[one] === undefined || given[other] === undefined) continue
    throw new Cul8erError('USAGE', `--${one} and --${other} cannot be combined: ${why}`)
  }
}

/** `app-1 | 2026-01-02 04:04:05 +01:00 started`; a dash where the time is not known. */
export const lineText = ({ instance, line, time }: LogLine, colors: Palette): string =>
  [
    colors.dim(`${instance} |`),
    ...(time === undefined ? [] : [colors.dim(time === null ? '-' : moment(time))]),
    line,
  ].join(' ')

/** One word is a topology if there is one of that name, else a resource of the only topology of the file. */
async function meant(context: Context, first?: string, second?: string): Promise<{ topology: string; of?: string }> {
  if (first === undefined || second !== undefined) return { topology: await topologyName(context, first), of: second }
  const inFile = (await topologiesIfAny(context)).map(({ name }) => name)
  return inFile.length === 0 || inFile.includes(first)
    ? { topology: first }
    : { topology: await topologyName(context), of: first }
}
