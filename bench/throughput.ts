import { Agent, get } from 'node:http'

/** Requests a second over so many kept connections, each asking again as soon as it has its answer. */
export async function requestsPerSecond(url: string, { connections = 16, forMs = 2_000 } = {}): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const until = performance.now() + forMs
  let answered = 0
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      get(url, { agent }, (answer) => {
        answer.resume()
        answer.once('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`))))
      }).once('error', reject)
    })
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      await ask()
      answered += 1
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, worker))
    return (answered / forMs) * 1000
  } finally {
    agent.destroy()
  }
}
