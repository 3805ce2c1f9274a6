import { watch } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { Argument } from '@commander-js/extra-typings'
import { ExitCode } from '../../errors.js'
import { logFile, SERVICE_PARTS, servicePaths } from '../../service/paths.js'
import { newCommand, type App } from '../command.js'
import { positive } from './options.js'

export const serviceLogs = (app: App) =>
  newCommand('logs', {
    summary: 'show the logs of the service',
    examples: [
      ['service logs', 'the last lines of each part'],
      ['service logs worker --follow', 'and new lines until Ctrl-C'],
    ],
  })
    .addArgument(new Argument('[part]', 'one part').choices(SERVICE_PARTS))
    .option('--follow', 'keep printing new lines until Ctrl-C')
    .option('-n, --lines <count>', 'last lines of each part', positive, 50)
    .action(
      app.run(async (context, part, { follow, lines }) => {
        const paths = servicePaths()
        const parts = part === undefined ? SERVICE_PARTS : [part]
        const found = await Promise.all(
          parts.map(async (each) => ({ part: each, lines: await lastLines(logFile(paths, each), lines) })),
        )
        const text = found.flatMap((each) =>
          each.lines.map((line) => `${context.colors.dim(`${each.part} |`)} ${line}`),
        )
        context.answer({ logs: found }, text.join('\n'))
        if (follow === true) {
          const stop = new AbortController()
          process.once('SIGINT', () => stop.abort())
          await Promise.all(
            parts.map((each) => tail(logFile(paths, each), stop.signal, (chunk) => context.progress.write(chunk))),
          )
        }
        return ExitCode.done
      }),
    )

async function lastLines(file: string, count: number): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-count)
}

/** Gives what is appended; a file that was emptied is read from its beginning. */
async function tail(file: string, signal: AbortSignal, each: (chunk: string) => void): Promise<void> {
  const size = async (): Promise<number> => (await stat(file).catch(() => null))?.size ?? 0
  let at = await size()
  const more = async (): Promise<void> => {
    const end = await size()
    if (end < at) at = 0
    if (end === at) return
    const handle = await open(file)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - at), 0, end - at, at)
      at += bytesRead
      each(buffer.toString('utf8', 0, bytesRead))
    } finally {
      await handle.close()
    }
  }
  let reading = Promise.resolve()
  const watcher = watch(file, () => {
    reading = reading.then(more, more)
  })
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  watcher.close()
  await reading
}
