import { createServer } from 'node:net'
import { Cul8erError } from '../errors.js'

const TEMPORAL_PORT = 7233
const UI_PORT = 8233
/** Ports tried above the first one before giving up. */
const REACH = 200

export interface Ports {
  port: number
  uiPort: number
}

/**
 * Ports to listen on: as the environment says, else as the last time, else the defaults; each or the next free one.
 * @throws Cul8erError USAGE for a port that is none, SERVICE when none is free
 */
export async function choosePorts(last: Ports | null, env: NodeJS.ProcessEnv = process.env): Promise<Ports> {
  const port = await nextFree(fromEnv(env, 'CUL8ER_SERVICE_PORT') ?? last?.port ?? TEMPORAL_PORT, [])
  const uiPort = await nextFree(fromEnv(env, 'CUL8ER_UI_PORT') ?? last?.uiPort ?? UI_PORT, [port])
  return { port, uiPort }
}

function fromEnv(env: NodeJS.ProcessEnv, name: string): number | null {
  const text = env[name]
  if (text === undefined || text === '') return null
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new Cul8erError('USAGE', `${name} is ${JSON.stringify(text)}; a port is a number from 1 to 65535`)
}

async function nextFree(first: number, taken: number[]): Promise<number> {
  for (let port = first; port < Math.min(first + REACH, 65_536); port += 1) {
    if (!taken.includes(port) && (await isFree(port))) return port
  }
  throw new Cul8erError('SERVICE', `no free port from ${first} on`, {
    hint: 'choose others with CUL8ER_SERVICE_PORT and CUL8ER_UI_PORT',
  })
}

/** Whether nobody listens on a port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
