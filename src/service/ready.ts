import { isAlive, type Identity } from './identity.js'
import { listensOn } from './listening.js'
import type { Ports } from './ports.js'
import { poll } from '../waiting/poll.js'

/**
 * Waits until this Temporal server serves its namespace.
 * @returns false when it died or `withinMs` passed
 */
export async function temporalReady(identity: Identity, ports: Ports, withinMs: number): Promise<boolean> {
  const answer = async (): Promise<boolean | undefined> => {
    if (!isAlive(identity)) return false
    return (await serves(identity, ports)) ? true : undefined
  }
  return (await poll(answer, { everyMs: 25, withinMs })) ?? false
}

/** Whether the process is the one that listens, and answers. The Web UI passes the question on to the server. */
export async function serves({ pid }: Identity, { port, uiHost, uiPort }: Ports): Promise<boolean> {
  if (!listensOn(pid, port) || !listensOn(pid, uiPort)) return false
  try {
    const url = `http://${uiHost}:${uiPort}/api/v1/namespaces/default`
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok
  } catch {
    return false
  }
}
