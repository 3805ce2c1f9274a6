import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'

export const schema = (app: App) =>
  newCommand('schema', {
    summary: 'JSON Schema of the topology file, for editors',
    examples: [['schema > cul8er.schema.json', 'then, in YAML: # yaml-language-server: $schema=cul8er.schema.json']],
  }).action(
    app.run(async (context) => {
      const { topologyJsonSchema } = await import('../../topology/json-schema.js')
      context.terminal.stdout.write(`${JSON.stringify(topologyJsonSchema(), null, context.json ? 0 : 2)}\n`)
      return ExitCode.done
    }),
  )
