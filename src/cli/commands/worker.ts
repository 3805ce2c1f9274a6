import { Cul8erError, ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'

export const worker = (app: App) =>
  newCommand('worker', {
    summary: 'run a worker for a Temporal cluster of your own, in the foreground',
    examples: [['worker --address temporal.example.com:7233', 'commands and workers must share CUL8ER_SEAL_KEY']],
  }).action(
    app.run(async ({ options, terminal }) => {
      const { isConfigured } = await import('../../service/target.js')
      if (options.address === undefined && !isConfigured(terminal.env)) {
        throw new Cul8erError('USAGE', 'a worker needs the address of a Temporal server', {
          hint: '--address HOST:PORT, TEMPORAL_ADDRESS or TEMPORAL_PROFILE; the embedded service runs a worker of its own',
        })
      }
      if (options.address !== undefined) process.env.TEMPORAL_ADDRESS = options.address
      if (options.namespace !== undefined) process.env.TEMPORAL_NAMESPACE = options.namespace
      await import('../../../workers/main.js')
      // It ends the process itself when it is told to stop.
      await new Promise<never>(() => undefined)
      return ExitCode.done
    }),
  )
