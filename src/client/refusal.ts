import { Cul8erError } from '../errors.js'
import { dial } from '../hosts/dial.js'
import { becomes } from '../waiting/poll.js'

/** A server that is starting gets a moment, ms. */
const MOMENT_MS = 1_000

/**
 * Why nobody takes a connection at an address, so that a wrong one is told at once: gRPC asks again until its time is over.
 * @returns null when somebody does, or when it cannot be told from here
 */
export async function refusal(address: string, env: NodeJS.ProcessEnv): Promise<Cul8erError | null> {
  // Those that gRPC knows: then it is not this machine that connects.
  if (['grpc_proxy', 'https_proxy', 'http_proxy'].some((name) => Boolean(env[name]))) return null
  let refused: Cul8erError | null = null
  await becomes(async () => (refused = await refusedNow(address)) === null, { everyMs: 250, withinMs: MOMENT_MS })
  return refused
}

async function refusedNow(address: string): Promise<Cul8erError | null> {
  try {
    const { hostname, port } = new URL(`tcp://${address}`)
    const socket = await dial(hostname.replace(/^\[(.*)\]$/, '$1'), Number(port || 7233), { timeoutMs: MOMENT_MS })
    socket.destroy()
    return null
  } catch (error) {
    return error instanceof Cul8erError && error.details?.errno === 'ECONNREFUSED' ? error : null
  }
}
