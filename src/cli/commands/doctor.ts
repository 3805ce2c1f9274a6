import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { checksText } from '../render/checks.js'

export const doctor = (app: App) =>
  newCommand('doctor', {
    summary: 'check this machine: Node, Incus, Temporal, SSH, disk; each failure says what to do',
    examples: [['doctor', 'exit code 1 when something required does not work']],
  }).action(
    app.run(async (context) => {
      const { checkMachine } = await import('../doctor/checks.js')
      const checks = await checkMachine(context.terminal.env)
      const ok = checks.every(({ outcome }) => outcome !== 'failure')
      context.answer({ ok, checks }, checksText(checks, context.colors, 8))
      return ok ? ExitCode.done : ExitCode.failed
    }),
  )
