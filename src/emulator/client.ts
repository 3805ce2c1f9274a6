import { Agent, request, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { Cul8erError } from '../errors.js'
import type { Answer, ExecScript, FaultRule, Hardware, HostState, Input } from './model.js'
import { startDaemon } from './start.js'
import { socketPath, type Control, type ControlAnswer, type Line } from './wire.js'

/** The emulator of a folder, from another process; started when it is first needed. */
export class EmulatorClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 64 })
  private starting: Promise<void> | null = null

  constructor(
    private readonly folder: string,
    private readonly main?: string,
  ) {}

  /** @throws Cul8erError UNREACHABLE when the emulator dies meanwhile, SERVICE when it cannot be started, the signal's reason */
  async execute(host: string, args: readonly string[], input: Input): Promise<Answer> {
    const body = Buffer.concat([Buffer.from(`${JSON.stringify({ host, args })}\n`), input.stdin])
    const response = await this.whenUp(() => this.post('/execute', body, input.signal))
    try {
      for await (const text of createInterface({ input: response })) {
        const line = JSON.parse(text) as Line
        if ('exitCode' in line) return line
        input.emit(line.out)
      }
    } catch (error) {
      input.signal.throwIfAborted()
      throw lost(error)
    }
    input.signal.throwIfAborted()
    throw lost(undefined)
  }

  async control(control: Control): Promise<ControlAnswer> {
    const response = await this.whenUp(() => this.post('/control', Buffer.from(JSON.stringify(control))))
    return readAnswer(response)
  }

  /** Id of the process that serves the folder now; null: none. Starts none. */
  async serving(): Promise<number | null> {
    return this.post('/control', Buffer.from('{"do":"ping"}')).then(
      async (response) => (await readAnswer(response)).pid,
      () => null,
    )
  }

  close(): void {
    this.agent.destroy()
  }

  // Only what never reached an emulator is asked again.
  private async whenUp(ask: () => Promise<IncomingMessage>): Promise<IncomingMessage> {
    try {
      return await ask()
    } catch (error) {
      if (!NOT_UP.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
    this.starting ??= startDaemon(this.folder, () => this.serving(), this.main).finally(() => (this.starting = null))
    await this.starting
    return ask()
  }

  private post(path: string, body: Uint8Array, signal?: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException): void => {
        if (signal?.aborted) reject(signal.reason as Error)
        else reject(NOT_UP.has(error.code ?? '') ? error : lost(error))
      }
      request(
        {
          socketPath: socketPath(this.folder),
          agent: this.agent,
          method: 'POST',
          path,
          headers: { 'content-length': body.length },
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      )
        .on('error', fail)
        .end(body)
    })
  }
}

async function readAnswer(response: IncomingMessage): Promise<ControlAnswer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of response) chunks.push(chunk as Uint8Array)
  return JSON.parse(Buffer.concat(chunks).toString()) as ControlAnswer
}

const NOT_UP = new Set(['ENOENT', 'ECONNREFUSED'])

const lost = (cause: unknown): Cul8erError =>
  new Cul8erError('UNREACHABLE', 'the connection to the emulator was lost before it answered', { cause })

/** Steers the emulator of a folder: faults, answers, hardware. */
export function emulatorControl(folder: string, { main }: { main?: string } = {}) {
  const client = new EmulatorClient(folder, main)
  return {
    fault: async (rule: FaultRule): Promise<void> => void (await client.control({ do: 'fault', rule })),
    clearFaults: async (): Promise<void> => void (await client.control({ do: 'clearFaults' })),
    /** ms before each command. */
    latency: async (ms: number): Promise<void> => void (await client.control({ do: 'latency', ms })),
    /** Of one host, or of all. */
    hardware: async (hardware: Partial<Hardware>, host?: string): Promise<void> =>
      void (await client.control({ do: 'hardware', hardware, ...(host === undefined ? {} : { host }) })),
    answerExec: async (scripts: ExecScript[]): Promise<void> =>
      void (await client.control({ do: 'answerExec', scripts })),
    state: async (): Promise<Record<string, HostState>> => (await client.control({ do: 'state' })).state ?? {},
    pid: async (): Promise<number> => (await client.control({ do: 'ping' })).pid,
    /** Like `pid`, but starts none: null when none serves the folder. */
    serving: (): Promise<number | null> => client.serving(),
    /** Ends the process, if there is one; its state stays in the folder. */
    stop: async (): Promise<void> => {
      if ((await client.serving()) !== null) await client.control({ do: 'stop' })
      client.close()
    },
    close: (): void => client.close(),
  }
}
export type EmulatorControl = ReturnType<typeof emulatorControl>
