import { createServer, type Server } from 'node:net'

// Any port serves; this one is assigned to nobody.
const CLAIM_PORT = 47_119
const FIRST = 16
const COUNT = 200

/** A part of 127.0.0.0/8 that is one emulator's alone as long as it lives. */
export interface Claim {
  /** Second byte of every address in it. */
  byte: number
  release(): void
}

/** Claims a part of the loopback network by listening in its last corner; tries `wish` first, so that addresses stay. */
export async function claimAddresses(wish: number | null): Promise<Claim> {
  const start = wish ?? FIRST + Math.floor(Math.random() * COUNT)
  for (let i = 0; i < COUNT; i++) {
    const byte = FIRST + ((start - FIRST + i) % COUNT)
    const server = await listen(`127.${byte}.255.254`)
    if (server !== null) return { byte, release: () => server.close() }
  }
  throw new Error(`no part of 127.0.0.0/8 is free for another emulator (${COUNT} are running)`)
}

function listen(address: string): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).unref()
    server.once('error', () => resolve(null))
    server.listen({ host: address, port: CLAIM_PORT, exclusive: true }, () => resolve(server))
  })
}
