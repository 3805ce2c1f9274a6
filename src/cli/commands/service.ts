import { setTimeout as sleep } from 'node:timers/promises'
import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { agrees } from '../confirm.js'
import type { Context } from '../context.js'
import { elapsed, moment } from '../render/duration.js'
import { yesOption } from './options.js'
import { serviceInstall, serviceUninstall } from './service-install.js'
import { serviceLogs } from './service-logs.js'
import { plural } from '../../plural.js'

export const service = (app: App) =>
  newCommand('service', {
    summary: 'the embedded service: Temporal and a worker in the background',
    examples: [
      ['service status', 'show whether it is running, and where'],
      ['service logs worker', 'what its worker said'],
      ['service stop', 'stops it; operations continue at the next start'],
      ['service install', 'writes a systemd unit for it'],
    ],
  })
    .addCommand(start(app))
    .addCommand(stop(app))
    .addCommand(statusOf(app))
    .addCommand(serviceLogs(app))
    .addCommand(serviceInstall(app))
    .addCommand(serviceUninstall(app))

const start = (app: App) =>
  newCommand('start', {
    summary: 'start it unless it is running',
    examples: [['service start', 'commands do this automatically']],
  }).action(
    app.run(async (context) => {
      const { ensureService } = await import('../../service/ensure.js')
      const { address, uiUrl, home } = await ensureService()
      context.answer(
        { running: true, address, uiUrl, home },
        `the service is running at ${address}, its Web UI at ${uiUrl}`,
      )
      return ExitCode.done
    }),
  )

const stop = (app: App) =>
  newCommand('stop', {
    summary: 'stop it, and anything that a killed one left behind',
    examples: [
      ['service stop', 'asks when an operation is in progress; it continues at the next start'],
      ['service stop --yes', 'without asking'],
    ],
  })
    .addOption(yesOption())
    .action(
      app.run(async (context, { yes }) => {
        const { stopService } = await import('../../service/stop.js')
        const { runningService } = await import('../../service/ensure.js')
        const under = yes === true || runningService() === null ? [] : await underWay(context)
        for (const line of under) context.say(`${context.colors.yellow('!')} ${line}`)
        // A script is told, and not refused: nothing is lost by a stop.
        const asks = under.length > 0 && context.terminal.interactive && !context.json
        if (asks && !(await agrees(context, {}, 'Stop the service? They continue at its next start.'))) {
          return ExitCode.failed
        }
        const stopped = await stopService()
        const { serviceMain } = await import('../../service/ensure.js')
        const { unitOf } = await import('../../service/systemd/installed.js')
        const { serviceHome } = await import('../../service/paths.js')
        const unit = unitOf({ home: serviceHome(), main: serviceMain() })
        context.answer(
          { running: false, stopped, ...(unit === null ? {} : { unit }) },
          [
            stopped ? 'the service has stopped' : 'the service was not running',
            ...(unit === null ? [] : [`systemd starts it again with the machine, by ${unit}, where that is enabled`]),
          ].join('\n'),
        )
        return ExitCode.done
      }),
    )

/** Operations in progress, a line each. One that is broken says nothing, and is stopped all the same. */
async function underWay(context: Context): Promise<string[]> {
  const asked = context.connected(async (cul8er) => {
    const states = await cul8er.states()
    return states.flatMap(({ topology, current }) =>
      current === null
        ? []
        : [`${current.kind} ${current.id} of ${topology} has been in progress for ${elapsed(current.startedAt)}`],
    )
  })
  return Promise.race([asked.catch(() => []), sleep(ASK_MS, [], { ref: false })])
}

/** ms that a service which is to be stopped has to say what it does. */
const ASK_MS = 5_000

const statusOf = (app: App) =>
  newCommand('status', {
    summary: 'show whether it is running, and where',
    examples: [['service status --json', 'for scripts']],
  }).action(
    app.run(async (context) => {
      const { runningService } = await import('../../service/ensure.js')
      const { serviceHome } = await import('../../service/paths.js')
      const running = runningService()
      if (running === null) {
        const home = serviceHome()
        context.answer(
          { running: false, home },
          `the service is not running (home ${home}); the next command starts it`,
        )
        return ExitCode.done
      }
      const { address, uiUrl, home, record } = running
      const { supervisor, temporal, worker, startedAt, restarts } = record
      const pids = { supervisor: supervisor.pid, temporal: temporal?.pid ?? null, worker: worker?.pid ?? null }
      context.answer(
        { running: true, address, uiUrl, home, pids, startedAt, restarts },
        [
          `${context.colors.green('✔')} the service has been running since ${moment(startedAt)}`,
          `  Temporal  ${address} (pid ${pids.temporal ?? '-'}, restarted ${plural(restarts.temporal, 'time')})`,
          `  Web UI    ${uiUrl}`,
          `  worker    pid ${pids.worker ?? '-'}, restarted ${plural(restarts.worker, 'time')}`,
          `  home      ${home}`,
        ].join('\n'),
      )
      return ExitCode.done
    }),
  )
