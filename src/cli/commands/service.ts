import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { serviceLogs } from './service-logs.js'

export const service = (app: App) =>
  newCommand('service', {
    summary: 'the embedded service: Temporal and a worker in the background',
    examples: [
      ['service status', 'whether it runs, and where'],
      ['service logs worker', 'what its worker said'],
      ['service stop', 'ends it; operations go on with the next start'],
    ],
  })
    .addCommand(start(app))
    .addCommand(stop(app))
    .addCommand(statusOf(app))
    .addCommand(serviceLogs(app))

const start = (app: App) =>
  newCommand('start', {
    summary: 'start it, if it does not run',
    examples: [['service start', 'commands do this by themselves']],
  }).action(
    app.run(async (context) => {
      const { ensureService } = await import('../../service/ensure.js')
      const { address, uiUrl, home } = await ensureService()
      context.answer({ running: true, address, uiUrl, home }, `the service runs at ${address}, its Web UI at ${uiUrl}`)
      return ExitCode.done
    }),
  )

const stop = (app: App) =>
  newCommand('stop', {
    summary: 'end it, with what a killed one left',
    examples: [['service stop', 'operations go on with the next start']],
  }).action(
    app.run(async (context) => {
      const { stopService } = await import('../../service/stop.js')
      const stopped = await stopService()
      context.answer({ running: false, stopped }, stopped ? 'the service has ended' : 'the service did not run')
      return ExitCode.done
    }),
  )

const statusOf = (app: App) =>
  newCommand('status', {
    summary: 'whether it runs, and where',
    examples: [['service status --json', 'for scripts']],
  }).action(
    app.run(async (context) => {
      const { runningService } = await import('../../service/ensure.js')
      const { serviceHome } = await import('../../service/paths.js')
      const running = runningService()
      if (running === null) {
        const home = serviceHome()
        context.answer({ running: false, home }, `the service does not run (home ${home}); the next command starts it`)
        return ExitCode.done
      }
      const { address, uiUrl, home, record } = running
      const { supervisor, temporal, worker, startedAt, restarts } = record
      const pids = { supervisor: supervisor.pid, temporal: temporal?.pid ?? null, worker: worker?.pid ?? null }
      context.answer(
        { running: true, address, uiUrl, home, pids, startedAt, restarts },
        [
          `${context.colours.green('✔')} the service runs since ${startedAt}`,
          `  Temporal  ${address} (pid ${pids.temporal ?? '-'}, started again ${restarts.temporal} times)`,
          `  Web UI    ${uiUrl}`,
          `  worker    pid ${pids.worker ?? '-'}, started again ${restarts.worker} times`,
          `  home      ${home}`,
        ].join('\n'),
      )
      return ExitCode.done
    }),
  )
