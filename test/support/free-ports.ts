import { createServer } from 'node:net'

/**
 * So many ports of loopback that nobody has, all different, and below those that the kernel gives to connections: a Temporal server
 * keeps its own as signed 16 bits in PostgreSQL, and ends with a higher one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  while (found.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (!found.has(port) && (await isFree(port))) found.add(port)
  }
  return [...found]
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
