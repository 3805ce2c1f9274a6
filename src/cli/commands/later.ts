import { Cul8erError } from '../../errors.js'
import { newCommand, type App } from '../command.js'

/** Commands that the command line knows and cannot carry out yet: refused by name, never ignored. */
export const metrics = later('metrics', 'deployment durations, resource counts, health-check results')

function later(name: string, summary: string) {
  return (app: App) =>
    newCommand(name, { summary: `${summary} (not available yet)`, examples: [] })
      .argument('[words...]')
      .allowUnknownOption()
      .action(
        app.run(async () => {
          throw new Cul8erError('NOT_SUPPORTED_YET', `cul8er ${name} is not available yet`, {
            hint: 'cul8er status and cul8er history show what is known today',
          })
        }),
      )
}
