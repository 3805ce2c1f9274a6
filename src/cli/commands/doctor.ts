import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Palette } from '../palette.js'

export const doctor = (app: App) =>
  newCommand('doctor', {
    summary: 'check this machine: Node, Incus, Temporal, SSH, disk; each failure with what to do',
    examples: [['doctor', 'exit code 1 when something that is needed does not work']],
  }).action(
    app.run(async (context) => {
      const { checkMachine } = await import('../doctor/checks.js')
      const checks = await checkMachine(context.terminal.env)
      const ok = checks.every(({ outcome }) => outcome !== 'failure')
      const { colours } = context
      const lines = checks.flatMap(({ name, outcome, found, hint }) => [
        `${sign(outcome, colours)} ${name.padEnd(8)} ${found}`,
        ...(hint === undefined ? [] : [`  ${' '.repeat(8)} ${colours.cyan('→')} ${hint}`]),
      ])
      context.answer({ ok, checks }, lines.join('\n'))
      return ok ? ExitCode.done : ExitCode.failed
    }),
  )

const sign = (outcome: 'ok' | 'warning' | 'failure', colours: Palette): string =>
  outcome === 'ok' ? colours.green('✔') : outcome === 'warning' ? colours.yellow('!') : colours.red('✘')
