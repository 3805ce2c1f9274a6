import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** Where a client stands, as the beginning of its command line. */
export type Place = readonly string[]

/** Requests a second over so many kept connections, each asking again as soon as it has its answer. */
export async function requestsPerSecond(
  place: Place,
  address: string,
  port: number,
  { connections = 32, forMs = 2_000 } = {},
): Promise<number> {
  const client = fileURLToPath(new URL('client.js', import.meta.url))
  const words = [...place, process.execPath, client, address, String(port), String(connections), String(forMs)]
  const { stdout } = await execa(words[0] ?? '', words.slice(1), { stdin: 'ignore', timeout: forMs + 30_000 })
  return (Number(stdout) / forMs) * 1000
}

/** A network namespace behind the host, so that what a client in it sends comes from outside. */
export async function outside(name: string): Promise<{ place: Place; close(): Promise<void> }> {
  const ip = async (...words: string[]): Promise<void> => void (await execa('ip', words, { stdin: 'ignore' }))
  const link = name.slice(0, 15)
  const close = async (): Promise<void> => ip('netns', 'delete', name).catch(() => undefined)
  await close()
  await ip('netns', 'add', name)
  try {
    await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
    await ip('address', 'add', `${HERE}/30`, 'dev', link)
    await ip('link', 'set', link, 'up')
    await ip('-n', name, 'address', 'add', `${THERE}/30`, 'dev', 'eth0')
    await ip('-n', name, 'link', 'set', 'eth0', 'up')
    await ip('-n', name, 'route', 'add', 'default', 'via', HERE)
  } catch (error) {
    await close()
    throw error
  }
  return { place: ['ip', 'netns', 'exec', name], close }
}

// Of the network that RFC 2544 sets aside for benchmarks.
const [HERE, THERE] = ['198.18.0.1', '198.18.0.2']
