import { setTimeout as sleep } from 'node:timers/promises'
import { command, tell } from './print.mjs'

/** Asks a few times and shows the answers. */
export async function visit(url, times) {
  command(`curl ${url}`)
  for (let i = 0; i < times; i += 1) {
    const reply = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    tell(`  ${reply.status} ${(await reply.text()).trim()}`)
    if (!reply.ok) throw new Error(`the app answered ${reply.status}`)
  }
}

/** Asks every 40 ms until it is stopped, and counts failures by their reason. */
export function knock(url) {
  const found = { total: 0, failures: {} }
  let on = true
  const under = new Set()
  const loop = (async () => {
    while (on) {
      const one = fetch(url, { signal: AbortSignal.timeout(10_000) })
        .then(async (reply) => (await reply.text(), reply.ok ? null : `status ${reply.status}`))
        .catch((error) => error.cause?.code ?? error.name)
        .then((failure) => {
          found.total += 1
          if (failure !== null) found.failures[failure] = (found.failures[failure] ?? 0) + 1
          under.delete(one)
        })
      under.add(one)
      await sleep(40)
    }
    await Promise.all(under)
  })()
  return {
    stop: async () => {
      on = false
      await loop
      return found
    },
  }
}
