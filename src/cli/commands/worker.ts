import { Cul8erError, ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'

export const worker = (app: App) =>
  newCommand('worker', {
    summary: 'run a worker for a Temporal cluster of your own, in the foreground',
    examples: [
      ['worker --address temporal.example.com:7233', 'commands and workers must share CUL8ER_SEAL_KEY'],
      ['worker --serve-artifacts 192.0.2.1:8235', 'also gives releases to the workers of sites'],
      [
        'worker --site home --artifacts http://192.0.2.1:8235',
        'for the hosts of a site, beside them; it only dials out',
      ],
    ],
  })
    .option('--site <name>', 'for the hosts that name this site alone (CUL8ER_SITE)')
    .option('--artifacts <url|folder>', 'where releases are fetched from (CUL8ER_ARTIFACTS)')
    .option('--serve-artifacts <[address:]port>', 'serve releases to workers of sites (CUL8ER_ARTIFACTS_LISTEN)')
    .action(
      app.run(async ({ options, terminal }, own) => {
        const { isConfigured } = await import('../../service/target.js')
        const { siteNamed } = await import('../../sites/name.js')
        siteNamed(own.site)
        if (options.address === undefined && !isConfigured(terminal.env)) {
          throw new Cul8erError('USAGE', 'a worker needs the address of a Temporal server', {
            hint: '--address HOST:PORT, TEMPORAL_ADDRESS or TEMPORAL_PROFILE; the embedded service runs a worker of its own',
          })
        }
        const said = {
          TEMPORAL_ADDRESS: options.address,
          TEMPORAL_NAMESPACE: options.namespace,
          CUL8ER_SITE: own.site,
          CUL8ER_ARTIFACTS: own.artifacts,
          CUL8ER_ARTIFACTS_LISTEN: own.serveArtifacts,
        }
        for (const [name, value] of Object.entries(said)) if (value !== undefined) process.env[name] = value
        await import('../../../workers/main.js')
        // It ends the process itself when it is told to stop.
        await new Promise<never>(() => undefined)
        return ExitCode.done
      }),
    )
