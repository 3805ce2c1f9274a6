import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Palette } from '../palette.js'

export const doctor = (app: App) =>
  newCommand('doctor', {
    summary: 'check this machine: Node, Incus, Temporal, SSH, disk; each failure says what to do',
    examples: [['doctor', 'exit code 1 when something required does not work']],
  }).action(
    app.run(async (context) => {
      const { checkMachine } = await import('../doctor/checks.js')
      const checks = await checkMachine(context.terminal.env)
      const ok = checks.every(({ outcome }) => outcome !== 'failure')
      const { colors } = context
      const lines = checks.flatMap(({ name, outcome, found, hint }) => [
        `${sign(outcome, colors)} ${name.padEnd(8)} ${found}`,
        ...(hint === undefined ? [] : [`  ${' '.repeat(8)} ${colors.cyan('→')} ${hint}`]),
      ])
      context.answer({ ok, checks }, lines.join('\n'))
      return ok ? ExitCode.done : ExitCode.failed
    }),
  )

const sign = (outcome: 'ok' | 'warning' | 'failure', colors: Palette): string =>
  outcome === 'ok' ? colors.green('✔') : outcome === 'warning' ? colors.yellow('!') : colors.red('✘')
