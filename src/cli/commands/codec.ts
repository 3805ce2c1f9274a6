import { once } from 'node:events'
import { Cul8erError, ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'

const PORT = 8234

export const codec = (app: App) =>
  newCommand('codec', {
    summary: 'open encrypted payloads for the Temporal Web UI, in the foreground',
    examples: [
      ['codec --origin https://temporal.example.com', 'prints the endpoint to enter in that Web UI'],
      ['codec --port 9000', 'for the Web UI of the embedded service'],
    ],
  })
    .option('--port <port>', 'port to listen on', String(PORT))
    .option('--listen <address>', 'address to listen on', '127.0.0.1')
    .option('--origin <url...>', 'address of the Web UI (default: the embedded one)')
    .action(
      app.run(async (context, { port, listen, origin }) => {
        const { createDecoder, decoderToken } = await import('../../payloads/decoder.js')
        const { loadFormerKeys, loadSealKey } = await import('../../secrets/seal-key.js')
        const { serviceHome } = await import('../../service/paths.js')
        const { parsePort } = await import('../../service/ports.js')
        const { env } = context.terminal
        const keys = { home: serviceHome(env), env }
        const number = parsePort(port, '--port')
        const origins = origin === undefined ? await embeddedUi(keys.home) : origin.map(originOf)
        const key = await loadSealKey(keys)
        const server = createDecoder({ key, former: await loadFormerKeys(keys), origins })
        server.listen(number, listen)
        await once(server, 'listening').catch((cause: Error) => {
          throw new Cul8erError('USAGE', `cannot listen at ${listen}:${number}: ${cause.message}`, {
            hint: 'choose another address with --port and --listen',
            cause,
          })
        })
        const endpoint = `http://${listen}:${number}/${decoderToken(key)}`
        context.answer(
          { endpoint, origins },
          `decodes for ${origins.join(', ')}; enter this as the codec endpoint of the Web UI, and keep it secret:\n  ${endpoint}`,
        )
        await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
        server.closeAllConnections()
        server.close()
        return ExitCode.done
      }),
    )

/** Its address is drawn: it is looked up. */
async function embeddedUi(home: string): Promise<string[]> {
  const { runningService } = await import('../../service/ensure.js')
  const running = runningService(home)
  if (running !== null) return [running.uiUrl]
  throw new Cul8erError('USAGE', 'no --origin given, and the embedded service is not running', {
    hint: 'give the address of the Web UI: --origin https://temporal.example.com',
  })
}

function originOf(text: string): string {
  const { origin, protocol } = URL.canParse(text) ? new URL(text) : { origin: '', protocol: '' }
  if (['http:', 'https:'].includes(protocol)) return origin
  throw new Cul8erError('USAGE', `--origin ${JSON.stringify(text)} is not an http or https address`, {
    hint: '--origin https://temporal.example.com',
  })
}
