import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { Cul8erError } from '../errors.js'

const TEMPORAL_PORT = 7233
const UI_PORT = 8233
/** Ports tried above the first one before giving up. */
const REACH = 200

const LOOPBACK = '127.0.0.1'

/** Where the parts of the service listen. */
export interface Ports {
  /** Of Temporal's gRPC, at 127.0.0.1. */
  port: number
  /** An address of 127/8, drawn once for a home. */
  uiHost: string
  uiPort: number
}

/**
 * Ports to listen on: as the environment says, else as the last time, else the defaults; each or the next free one.
 * The Web UI has no login and takes any Host, so that a web page which knows where it listens could reach it by DNS
 * rebinding. It listens at an address that a page would have to search for.
 * @throws Cul8erError USAGE for a port that is none, SERVICE when none is free
 */
export async function choosePorts(last: Ports | null, env: NodeJS.ProcessEnv = process.env): Promise<Ports> {
  const port = await nextFree(fromEnv(env, 'CUL8ER_SERVICE_PORT') ?? last?.port ?? TEMPORAL_PORT, { taken: [] })
  const uiHost = last?.uiHost ?? (await drawAddress())
  const uiPort = await nextFree(fromEnv(env, 'CUL8ER_UI_PORT') ?? last?.uiPort ?? UI_PORT, {
    host: uiHost,
    taken: [port],
  })
  return { port, uiHost, uiPort }
}

/**
 * What the environment says about ports, for a command to refuse what the service would die of in the background.
 * @throws Cul8erError USAGE for a port that is none
 */
export function wantedPorts(env: NodeJS.ProcessEnv = process.env): void {
  fromEnv(env, 'CUL8ER_SERVICE_PORT')
  fromEnv(env, 'CUL8ER_UI_PORT')
}

/** One of 16 million; 127.0.0.1 where that is the only one that can be listened on, as on macOS. */
async function drawAddress(): Promise<string> {
  const drawn = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`
  return (await isFree(0, drawn)) ? drawn : LOOPBACK
}

function fromEnv(env: NodeJS.ProcessEnv, name: string): number | null {
  const text = env[name]
  return text === undefined || text === '' ? null : parsePort(text, name)
}

/** @throws Cul8erError USAGE for text that is no port; `place` says where it was found */
export function parsePort(text: string, place: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new Cul8erError('USAGE', `${place} is ${JSON.stringify(text)}; expected a port from 1 to 65535`)
}

async function nextFree(
  first: number,
  { host = LOOPBACK, taken }: { host?: string; taken: number[] },
): Promise<number> {
  for (let port = first; port < Math.min(first + REACH, 65_536); port += 1) {
    if (!taken.includes(port) && (await isFree(port, host))) return port
  }
  throw new Cul8erError('SERVICE', `no free port from ${first} on`, {
    hint: 'choose others with CUL8ER_SERVICE_PORT and CUL8ER_UI_PORT',
  })
}

/** Whether nobody listens on a port of an address of ours, 127.0.0.1 by default. */
export function isFree(port: number, host = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
